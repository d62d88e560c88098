import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { isOrigin } from '../../common/field-rules';
import { jsonOf, trustedIssuers } from './trusted-issuers';
import { oidcProviders } from './oidc-providers';
import { brandColor, brandLogo } from './brand';

// The environment variables, one entry each with its meaning. The table in docs/configuration.md and .env.example are
// generated from this file, and a check keeps them current.

const text = z.string().trim().min(1);
const number = z.coerce.number('expected a number');
const port = number.int().min(0).max(65_535);
const count = (minimum: number, maximum: number) => number.int().min(minimum).max(maximum);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

const ROLE_NAMES = ['web', 'worker', 'cron'] as const;
const rateLimit = z.union([z.literal('off').transform(() => null), count(1, 1_000_000)]);

/** A comma-separated list; the fault names the first invalid entry. */
const listOf = (isEntry: (entry: string) => boolean, described: string) =>
  z
    .string()
    .transform((value) => value.split(',').map((entry) => entry.trim()))
    .superRefine((entries, context) => {
      const odd = entries.find((entry) => !isEntry(entry));
      if (odd === undefined) return;
      const message = `must be ${described}, comma-separated; '${odd}' is not`;
      context.addIssue({ code: 'custom', message });
    });

const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

/** An address, a network (`10.0.0.0/8`), or one of the names for private networks; Fastify exits on anything else. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  if (more.length > 0 || text.includes('%')) return false;
  if (bits === undefined) return NETWORK_NAMES.includes(text) || isIP(text) !== 0;
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= most && !/^::ffff:/i.test(address);
}

/** The same without names: what is allowed is spelt out. */
function isPlainNetwork(text: string): boolean {
  return isNetwork(text) && !NETWORK_NAMES.includes(text);
}

const roles = z
  .string()
  .transform((value) => value.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(ROLE_NAMES)).min(1));

export const settings = {
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production` refuses to start without a database, a secret key and SMTP'),
  HOST: text.default('127.0.0.1').describe('the address to listen on'),
  PORT: port.optional().describe('3000; in development the next free one when unset and taken'),
  DATABASE_URL: postgresUrl
    .optional()
    .describe(
      'unset: an embedded PostgreSQL under `DATA_DIR`; a NOSUPERUSER role that owns its database',
    ),
  DATABASE_DIRECT_URL: postgresUrl
    .optional()
    .describe(
      'bypasses PgBouncer for LISTEN, the job queue and migrations; `DATABASE_URL` when unset',
    ),
  DATABASE_POOL_SIZE: count(1, 500)
    .default(10)
    .describe('pool connections of one process for requests'),
  DATABASE_POOL_SHARE: count(1, 500)
    .optional()
    .describe(
      'connections that the API keys of one business may hold at once, and its people as many; a third when unset',
    ),
  DATA_DIR: text.default('.data').describe('the embedded database, development secrets and mail'),
  APP_URL: httpUrl
    .optional()
    .describe("links in mail and problems; the server's own address when unset"),
  UPGRADE_URL: httpUrl
    .optional()
    .describe('where a 402 sends people; `${APP_URL}/billing` when unset'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('the mail server; required in production'),
  MAIL_FROM: text.default('Tenantry <no-reply@localhost>').describe('the sender of mail'),
  BRAND_NAME: text.max(60).default('Tenantry').describe('the product, in the console and in mails'),
  BRAND_COLOR: brandColor
    .optional()
    .describe('of buttons and links, like `#0b5cad`; dark enough for white text'),
  BRAND_COLOR_DARK: brandColor
    .optional()
    .describe('the same on dark pages; `BRAND_COLOR` when unset'),
  BRAND_LOGO: brandLogo.optional().describe('a file, svg or png; many mail programs show png only'),
  BRAND_SUPPORT_EMAIL: z.email().optional().describe('where people get help; named in each mail'),
  MAIL_TEMPLATES: text
    .refine((folder) => existsSync(folder), 'is not there')
    .optional()
    .describe('a folder whose `<name>.hbs` replace those of mails'),
  SECRET_KEY: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must have at least 32 bytes')
    .optional()
    .describe(
      'pepper, derived keys, encryption at rest; made once under `DATA_DIR` in development',
    ),
  STRIPE_SECRET_KEY: text
    .optional()
    .describe('takes payments with Stripe; unset: only staff assign plans with a price'),
  STRIPE_WEBHOOK_SECRET: text
    .transform((value) => value.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => secret !== ''), 'must not have an empty entry')
    .default([])
    .describe("verifies Stripe's webhooks; two, comma-separated, during a rotation"),
  STRIPE_API_BASE: httpUrl
    .optional()
    .describe("another address of Stripe's API, for development: `npm run cli -- stripe:local`"),
  ROLES: roles
    .default([...ROLE_NAMES])
    .describe('what this process does; without `web` it answers for health and metrics only'),
  RENEWAL_CRON: text
    .refine((value) => validateCronExpression(value).valid, 'must be a cron expression')
    .default('* * * * *')
    .describe('when ended periods are closed'),
  RATE_LIMIT_REQUESTS: rateLimit
    .default(600)
    .describe('requests per minute and caller, counted by each process, or `off`'),
  RATE_LIMIT_SIGNUPS: rateLimit
    .default(20)
    .describe('sign-ups per hour and address, new people of identity providers too, or `off`'),
  RATE_LIMIT_FAILURES: rateLimit
    .default(10)
    .describe('failed guesses per 15 minutes and account, half as many for staff, or `off`'),
  RATE_LIMIT_BUSINESSES: rateLimit
    .default(5)
    .describe('businesses that a person may found per day after the first, or `off`'),
  BUSINESSES_PER_PERSON: rateLimit
    .default(25)
    .describe('businesses that a person may own, or `off`'),
  RATE_LIMIT_MAILS_RECIPIENT: rateLimit
    .default(10)
    .describe(
      'invitations per day to one address, a third from one business; as many verification mails, or `off`',
    ),
  RATE_LIMIT_MAILS_ACCOUNT: rateLimit
    .default(50)
    .describe('invitations and verification mails that one person sends per day, or `off`'),
  RATE_LIMIT_MAILS_BUSINESS: rateLimit
    .default(200)
    .describe('invitations that one business sends per day, or `off`'),
  RATE_LIMIT_MAILS_UNPROVEN: rateLimit
    .default(10)
    .describe(
      'instead, for a business in its first 7 days and for a person with an unverified address, or `off`',
    ),
  BODY_BUDGET_MIB: count(8, 65_536)
    .default(64)
    .describe('request bodies that one process holds at once, in MiB; a quarter for each network'),
  IDEMPOTENCY_DAILY_MIB: count(1, 1_024)
    .default(16)
    .describe(
      'answers kept per day and business, in MiB: for its API keys, and as much for its people',
    ),
  TRUST_PROXY: listOf(isNetwork, 'addresses or networks like 10.0.0.0/8')
    .default([])
    .describe('addresses of proxies whose X-Forwarded-For is trusted, comma-separated'),
  CORS_ORIGINS: listOf(isOrigin, 'origins like https://app.example')
    .default([])
    .describe('origins whose pages may call the API from a browser, comma-separated'),
  WEBHOOK_ALLOWED_NETWORKS: listOf(isPlainNetwork, 'addresses or networks like 10.0.0.0/8')
    .default([])
    .describe(
      'private addresses that webhooks, identity providers and trusted issuers may be at all the same, comma-separated',
    ),
  API_DOCS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('`off`: `GET /docs` and `GET /openapi.json` are 404'),
  CONSOLE_DIR: text
    .default('dist/console')
    .describe(
      'the built web console, served under `/console/`; where it is missing, the API alone',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('how much is logged'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe('the collector that spans go to by OTLP over HTTP, where the SDK is installed'),
  METRICS_TOKEN: z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9._~+/-]+=*$/,
      'must be letters, digits and -._~+/ to be sent as a bearer token',
    )
    .optional()
    .describe(
      'bearer token of `GET /metrics`; required in production unless `HOST` is a loopback address',
    ),
  BCRYPT_COST: count(4, 16)
    .default(10)
    .describe(
      'each step doubles the work of a password hash; hashes of another cost are replaced at login',
    ),
  BREACH_CHECK_URL: httpUrl
    .optional()
    .describe(
      'refuses passwords that were in a breach: a range API, for example https://api.pwnedpasswords.com/range',
    ),
  STAFF_SECOND_FACTOR: z
    .enum(['required', 'optional'])
    .optional()
    .describe(
      'whether staff need a second factor; `required` when unset in production, where nothing else is taken',
    ),
  SESSION_IDLE_HOURS: count(1, 8760).default(12).describe('a session unused for so long ends'),
  SESSION_ABSOLUTE_DAYS: count(1, 3650)
    .default(30)
    .describe('a session ends after so long, used or not'),
  EVENTS_RETENTION_DAYS: count(1, 3650)
    .default(30)
    .describe('how long the log of events, GET /v1/events, goes back'),
  OIDC_PROVIDERS: jsonOf(oidcProviders)
    .default([])
    .describe('identity providers to sign in with, as JSON: see [Signing in](sign-in.md)'),
  TRUSTED_ISSUERS: jsonOf(trustedIssuers)
    .default([])
    .describe(
      'issuers whose tokens `POST /v1/auth/exchange` takes, as JSON: see [Signing in](sign-in.md)',
    ),
  EXCHANGE_MINUTES: count(0, 1_440)
    .default(60)
    .describe('how long the session of an exchanged token lasts after the token has expired'),
};

export const settingsSchema = z.object(settings);
export type Settings = z.infer<typeof settingsSchema>;
export type ProcessRole = (typeof ROLE_NAMES)[number];
