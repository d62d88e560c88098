const MAXIMUM_LENGTH = 2_000;
const CONTROL = /[^\P{Cc}\n\t]/gu;
const URL_CREDENTIALS = /(\/\/)\S*@/g;
const SECRETS = /\b(Bearer\s+|(?:tn[skfuv]|sk|rk|whsec)_)[\w.-]{8,}/g;

/**
 * Text from another program, made safe to store and log: PostgreSQL refuses NUL and halves of surrogate pairs, a
 * message may contain a server address with its password, and it has no length limit.
 */
export function cleanForeignText(text: string): string {
  const readable = text
    .slice(0, 2 * MAXIMUM_LENGTH)
    .toWellFormed()
    .replace(CONTROL, '\uFFFD');
  return withoutSecrets(readable).slice(0, MAXIMUM_LENGTH).toWellFormed();
}

/** Removes the credentials in URLs, tokens of this server, and Stripe keys. */
export function withoutSecrets(text: string): string {
  return text.replace(URL_CREDENTIALS, '$1***@').replace(SECRETS, '$1***');
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return cleanForeignText(thrown instanceof Error ? thrown.message : String(thrown));
}
