import { createTransport } from 'nodemailer';
import type { Config } from '../../platform/config/config';
import { nameOf, StripeApi, type StripeIdentity } from '../../platform/stripe/stripe-api';
import type { Query } from './database-checks';
import { fail, messageOf, ok, type Finding } from './finding';

const PATIENCE_MS = 5_000;
const STRIPE = 'https://api.stripe.com';

/** Whether the mail server answers, takes TLS as asked, and lets us log in. No mail is sent. */
export async function checkSmtp({ smtpUrl }: Pick<Config, 'smtpUrl'>): Promise<Finding> {
  if (!smtpUrl) return ok('smtp', 'SMTP_URL is unset: mail goes to files under DATA_DIR');
  const { host } = new URL(smtpUrl);
  const limits = {
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  };
  const transport = createTransport({ url: smtpUrl, ...limits });
  try {
    await transport.verify();
    return ok('smtp', `${host} answers`);
  } catch (error) {
    const fix =
      'Check host, port, user and password in SMTP_URL (smtps:// for TLS from the start, mostly port 465) and the firewall.';
    return fail('smtp', `${host}: ${messageOf(error)}`, fix);
  } finally {
    transport.close();
  }
}

/** Whether Stripe can be reached at all; the key is not sent, so any answer will do. */
export async function checkStripe(
  config: Pick<Config, 'stripeSecretKey' | 'stripeApiBase'>,
): Promise<Finding> {
  if (!config.stripeSecretKey) return ok('stripe', 'STRIPE_SECRET_KEY is unset: no payments');
  const base = config.stripeApiBase ?? STRIPE;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await (await fetch(base, { redirect: 'manual', signal })).body?.cancel();
    return ok('stripe', `${new URL(base).host} answers`);
  } catch (error) {
    const fix =
      'Let this machine out to it: DNS, firewall, proxy, and STRIPE_API_BASE where it is set.';
    return fail('stripe', `${new URL(base).host}: ${messageOf(error)}`, fix);
  }
}

/** Whether the key is of the Stripe account whose ids are in this database. */
export async function checkStripeAccount(config: Config, query: Query): Promise<Finding> {
  const check = 'stripe account';
  if (!config.stripeSecretKey) return ok(check, 'STRIPE_SECRET_KEY is unset: no payments');
  const key = await new StripeApi(config).identify().catch((error: unknown) => messageOf(error));
  if (typeof key === 'string') return fail(check, key, 'Check STRIPE_SECRET_KEY.');
  const [bound] = await query<StripeIdentity>(BOUND);
  if (!bound) return ok(check, `${nameOf(key)}; nothing here is of another one yet`);
  if (nameOf(bound) === nameOf(key)) return ok(check, nameOf(key));
  const detail = `the key is of ${nameOf(key)}, and this database belongs to ${nameOf(bound)}`;
  const fix =
    'Give the key of that account, or leave it with `npm run cli -- billing:move-account`.';
  return fail(check, detail, fix);
}

const BOUND = 'SELECT id, is_live AS "isLive" FROM stripe_accounts';
