import { validateCronExpression } from 'cron';
import { z } from 'zod';

// The variables of the environment: one entry each, with what it means. The README's table and
// .env.example are made from this file, and a check keeps them true.

const text = z.string().trim().min(1);
const port = z.coerce.number().int().min(0).max(65_535);
const count = (minimum: number, maximum: number) =>
  z.coerce.number().int().min(minimum).max(maximum);
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });

const ROLE_NAMES = ['web', 'worker', 'cron'] as const;
const rateLimit = z.union([z.literal('off').transform(() => null), count(1, 1_000_000)]);

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
      'past PgBouncer, for LISTEN, the job queue and migrations; `DATABASE_URL` when unset',
    ),
  DATABASE_POOL_SIZE: count(1, 500).default(10).describe('connections of one process for requests'),
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
    .describe('mail goes out here; required in production'),
  MAIL_FROM: text.default('Tenantry <no-reply@localhost>').describe('the sender of mail'),
  SECRET_KEY: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must have at least 32 bytes')
    .optional()
    .describe(
      'pepper, derived keys, encryption at rest; made once under `DATA_DIR` in development',
    ),
  ROLES: roles.default([...ROLE_NAMES]).describe('what this process does: `web,worker,cron`'),
  RENEWAL_CRON: text
    .refine((value) => validateCronExpression(value).valid, 'must be a cron expression')
    .default('* * * * *')
    .describe('when ended periods are looked for'),
  RATE_LIMIT_SIGNUPS: rateLimit.default(20).describe('sign-ups an hour and address, or `off`'),
  RATE_LIMIT_FAILURES: rateLimit
    .default(10)
    .describe('failed guesses in 15 minutes and account, staff half of it, or `off`'),
  TRUST_PROXY: text
    .optional()
    .describe('addresses of proxies whose X-Forwarded-For is believed, comma-separated'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('how much is logged'),
  METRICS_TOKEN: z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9._~+/-]+=*$/,
      'must be letters, digits and -._~+/ to be sent as a bearer token',
    )
    .optional()
    .describe(
      'asked for at `GET /metrics`; required in production unless `HOST` is a loopback address',
    ),
  BCRYPT_COST: count(4, 16).default(12).describe('each step doubles the work of a password hash'),
  SESSION_IDLE_HOURS: count(1, 8760).default(12).describe('a session unused for so long ends'),
  SESSION_ABSOLUTE_DAYS: count(1, 3650)
    .default(30)
    .describe('a session ends after so long, used or not'),
};

export const settingsSchema = z.object(settings);
export type Settings = z.infer<typeof settingsSchema>;
export type ProcessRole = (typeof ROLE_NAMES)[number];
