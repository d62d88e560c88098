const MAXIMUM_LENGTH = 2_000;
const CONTROL = /[^\P{Cc}\n\t]/gu;
const URL_CREDENTIALS = /(\/\/)\S*@/g;
const SECRETS = /\b(Bearer\s+|(?:tn[skfu]|sk|rk|whsec)_)[\w.-]{8,}/g;

/**
 * What another program said, as it may be stored and logged: PostgreSQL refuses NUL and halves of surrogate pairs, a
 * message may hold the address of a server with its password, and it has no limit.
 */
export function cleanForeignText(text: string): string {
  const readable = text
    .slice(0, 2 * MAXIMUM_LENGTH)
    .toWellFormed()
    .replace(CONTROL, '\uFFFD');
  return withoutSecrets(readable).slice(0, MAXIMUM_LENGTH).toWellFormed();
}

/** Without the credentials of URLs, the tokens of this server, and Stripe's keys. */
export function withoutSecrets(text: string): string {
  return text.replace(URL_CREDENTIALS, '$1***@').replace(SECRETS, '$1***');
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return cleanForeignText(thrown instanceof Error ? thrown.message : String(thrown));
}
