import { createTransport } from 'nodemailer';
import type { Config } from '../../platform/config/config';
import { nameOf, StripeApi, type StripeIdentity } from '../../platform/stripe/stripe-api';
import type { Query } from './database-checks';
import { isServing } from '../support/running-server';
import { fail, messageOf, ok, warn, type Finding } from './finding';

const PATIENCE_MS = 5_000;
const STRIPE = 'https://api.stripe.com';

/** Whether the mail server answers, with the configured TLS and login. Sends no mail. */
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

/** Whether Stripe can be reached; the key is not sent, so any answer will do. */
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
      'Allow outgoing connections to it: DNS, firewall, proxy, and STRIPE_API_BASE where it is set.';
    return fail('stripe', `${new URL(base).host}: ${messageOf(error)}`, fix);
  }
}

/** Where the server answers, and where people find it. Run on another machine, this finds none. */
export async function checkServer(
  { givenUrls }: Pick<Config, 'givenUrls'>,
  url: string,
): Promise<Finding> {
  const found = givenUrls.app ? `; people find it at ${givenUrls.app}` : '';
  if (await isServing(url)) return ok('server', `answers at ${url}${found}`);
  const fix = 'Start one, or give this command the HOST, PORT and DATA_DIR that the server has.';
  return warn('server', `none answers at ${url}`, fix);
}

/** Whether the key belongs to the Stripe account whose ids are stored. */
export async function checkStripeAccount(config: Config, query: Query): Promise<Finding> {
  const check = 'stripe account';
  if (!config.stripeSecretKey) return ok(check, 'STRIPE_SECRET_KEY is unset: no payments');
  const key = await new StripeApi(config).identify().catch((error: unknown) => messageOf(error));
  if (typeof key === 'string') return fail(check, key, 'Check STRIPE_SECRET_KEY.');
  const [bound] = await query<StripeIdentity>(BOUND);
  if (!bound) return ok(check, `${nameOf(key)}; no Stripe account is linked yet`);
  if (nameOf(bound) === nameOf(key)) return ok(check, nameOf(key));
  const detail = `the key belongs to ${nameOf(key)}, but this database is linked to ${nameOf(bound)}`;
  const fix =
    'Set the key of that account, or unlink it with `npm run cli -- billing:move-account`.';
  return fail(check, detail, fix);
}

const BOUND = 'SELECT id, is_live AS "isLive" FROM stripe_accounts';
