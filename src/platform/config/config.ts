import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isIPv4 } from 'node:net';
import { join, resolve } from 'node:path';
import type { Brand } from './brand';
import type { TrustedIssuer } from './trusted-issuers';
import type { OidcProvider } from './oidc-providers';
import { settingsSchema, type ProcessRole, type Settings } from './settings';

/** Mails a day that people send to others; null: not limited. */
export interface MailLimits {
  recipient: number | null;
  account: number | null;
  business: number | null;
  /** Of a young business, and of people who have not verified their address. */
  unproven: number | null;
}

/** The settings of one process, validated and frozen at start. Inject it; read the environment nowhere else. */
export interface Config {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  /** Null: 3000, or the next free port in development. */
  readonly port: number | null;
  /** Null: use the embedded database. */
  readonly databaseUrl: string | null;
  /** For sessions that outlive a transaction: LISTEN, the job queue, migrations. */
  readonly databaseDirectUrl: string | null;
  readonly databasePoolSize: number;
  /** Connections that the requests of one business may hold at once. */
  readonly databasePoolShare: number;
  /** statement_timeout; commands raise it. */
  readonly statementTimeoutMs: number;
  readonly dataDirectory: string;
  /** As configured; `appUrl` and `upgradeUrl` follow from them and the port. */
  readonly givenUrls: { readonly app: string | null; readonly upgrade: string | null };
  readonly appUrl: string;
  readonly upgradeUrl: string;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly brand: Brand;
  /** A folder; null: the texts of the sources. */
  readonly mailTemplates: string | null;
  readonly secretKey: string;
  /** Null: no payments; staff assign plans that have a price. */
  readonly stripeSecretKey: string | null;
  /** Two during a rotation. */
  readonly stripeWebhookSecrets: readonly string[];
  /** Null: Stripe's own. */
  readonly stripeApiBase: string | null;
  readonly roles: readonly ProcessRole[];
  readonly renewalCron: string;
  /** Per minute and caller, in one process; null: not limited. */
  readonly rateLimitRequests: number | null;
  /** Per hour and address; null: not limited. */
  readonly rateLimitSignups: number | null;
  /** Per 15 minutes and account; null: not limited. */
  readonly rateLimitFailures: number | null;
  /** Per day and person; null: not limited. */
  readonly rateLimitBusinesses: number | null;
  /** That a person may own; null: not limited. */
  readonly businessesPerPerson: number | null;
  /** Per day; null: not limited. */
  readonly rateLimitMails: Readonly<MailLimits>;
  /** Request bodies that one process holds at once; a quarter of it for each client network. */
  readonly bodyBudgetBytes: number;
  /** Compressed; per day and business, API keys and people each. */
  readonly idempotencyDailyBytes: number;
  readonly trustProxy: readonly string[];
  /** Exact origins; empty: no cross-origin page may read an answer. */
  readonly corsOrigins: readonly string[];
  /** Private addresses and networks that `OutboundClient` may connect to. */
  readonly webhookAllowedNetworks: readonly string[];
  /** Whether `GET /docs` and `GET /openapi.json` answer. */
  readonly hasApiDocs: boolean;
  /** The built web console; without it the API is served alone. */
  readonly consoleDirectory: string;
  readonly logLevel: string;
  /** Null: reading the metrics takes no token. */
  readonly metricsToken: string | null;
  /** Null: spans are not recorded. */
  readonly otlpEndpoint: string | null;
  readonly bcryptCost: number;
  /** Null: passwords are not looked up among breached ones. */
  readonly breachCheckUrl: string | null;
  /** Whether staff need a second factor. */
  readonly staffSecondFactor: 'required' | 'optional';
  /** How long a proof of who the owner of a session is counts for what needs a recent one. */
  readonly stepUpMinutes: number;
  readonly sessionIdleHours: number;
  readonly sessionAbsoluteDays: number;
  readonly eventsRetentionDays: number;
  /** Whose tokens are exchanged for sessions. */
  readonly trustedIssuers: readonly TrustedIssuer[];
  /** Identity providers of the installation. */
  readonly oidcProviders: readonly OidcProvider[];
  /** How long the session of a token lasts after it. */
  readonly exchangeMinutes: number;
}

/** The injection token of `Config`, which is an interface. */
export const CONFIG = Symbol('Config');

/** Every fault of the environment. The process exits with code 2. */
export class ConfigFaults extends Error {
  constructor(readonly faults: string[]) {
    super(`The configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigFaults';
  }
}

const REQUIRED_IN_PRODUCTION = ['DATABASE_URL', 'SECRET_KEY', 'SMTP_URL'] as const;

/**
 * Reads and validates the environment.
 * @throws ConfigFaults listing every fault, not only the first
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = withoutEmpty(environment);
  const parsed = settingsSchema.safeParse(given);
  const missing = [
    ...missingInProduction(given),
    ...missingWithStripe(given),
    ...weakInProduction(given),
  ];
  if (!parsed.success)
    throw new ConfigFaults([...missing, ...parsed.error.issues.map(describeIssue)]);
  if (missing.length > 0) throw new ConfigFaults(missing);
  return Object.freeze(toConfig(parsed.data));
}

/** Reads `.env` of the working directory in development; variables of the environment win. */
export function loadConfig(): Config {
  if (process.env.NODE_ENV !== 'production' && existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env);
}

/** An empty variable counts as unset: compose files and CI write `FOO=` for that. */
function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value?.trim() !== ''),
  );
}

function missingInProduction(given: NodeJS.ProcessEnv): string[] {
  if (given.NODE_ENV !== 'production') return [];
  const missing = REQUIRED_IN_PRODUCTION.filter((name) => !given[name]).map(
    (name) => `${name} is required in production`,
  );
  const isOpen = given.HOST !== undefined && !isLoopback(given.HOST.trim());
  if (given.METRICS_TOKEN || !isOpen) return missing;
  return [...missing, 'METRICS_TOKEN is required in production unless HOST is a loopback address'];
}

/** Staff can enter any business. */
function weakInProduction({ NODE_ENV, STAFF_SECOND_FACTOR }: NodeJS.ProcessEnv): string[] {
  const isWeak = NODE_ENV === 'production' && STAFF_SECOND_FACTOR === 'optional';
  return isWeak ? ['STAFF_SECOND_FACTOR must be required in production'] : [];
}

/** A server that charges but cannot verify webhooks would take money without giving anything. */
function missingWithStripe(given: NodeJS.ProcessEnv): string[] {
  if (!given.STRIPE_SECRET_KEY === !given.STRIPE_WEBHOOK_SECRET) return [];
  return ['STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are given together or not at all'];
}

/** Only the machine itself reaches such an address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function describeIssue(issue: { path: PropertyKey[]; message: string }): string {
  const [name, ...within] = issue.path.map(String);
  return [name, ...(within.length > 0 ? [within.join('.')] : []), issue.message].join(': ');
}

/** The configuration of a server that has chosen its port. */
export function withPort(config: Config, port: number): Config {
  const { host, givenUrls } = config;
  return Object.freeze({ ...config, port, ...addresses(givenUrls, host, port) });
}

/** The public URLs: as configured, or else those of the server itself. */
function addresses(
  given: Config['givenUrls'],
  host: string,
  port: number,
): Pick<Config, 'appUrl' | 'upgradeUrl'> {
  const appUrl = given.app ?? `http://${host}:${port}`;
  return { appUrl, upgradeUrl: given.upgrade ?? `${appUrl}/billing` };
}

function toConfig(settings: Settings): Config {
  const dataDirectory = resolve(settings.DATA_DIR);
  const givenUrls = { app: settings.APP_URL ?? null, upgrade: settings.UPGRADE_URL ?? null };
  return {
    environment: settings.NODE_ENV,
    host: settings.HOST,
    port: settings.PORT ?? null,
    databaseUrl: settings.DATABASE_URL ?? null,
    databaseDirectUrl: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL ?? null,
    databasePoolSize: settings.DATABASE_POOL_SIZE,
    databasePoolShare:
      settings.DATABASE_POOL_SHARE ?? Math.max(1, Math.floor(settings.DATABASE_POOL_SIZE / 3)),
    statementTimeoutMs: 6_000,
    dataDirectory,
    givenUrls,
    ...addresses(givenUrls, settings.HOST, settings.PORT ?? DEFAULT_PORT),
    smtpUrl: settings.SMTP_URL ?? null,
    mailFrom: settings.MAIL_FROM,
    brand: {
      name: settings.BRAND_NAME,
      color: settings.BRAND_COLOR ?? null,
      darkColor: settings.BRAND_COLOR_DARK ?? null,
      logoFile: settings.BRAND_LOGO ?? null,
      supportEmail: settings.BRAND_SUPPORT_EMAIL ?? null,
    },
    mailTemplates: settings.MAIL_TEMPLATES ?? null,
    secretKey: settings.SECRET_KEY ?? developmentSecret(dataDirectory),
    stripeSecretKey: settings.STRIPE_SECRET_KEY ?? null,
    stripeWebhookSecrets: settings.STRIPE_WEBHOOK_SECRET,
    stripeApiBase: settings.STRIPE_API_BASE ?? null,
    roles: settings.ROLES,
    renewalCron: settings.RENEWAL_CRON,
    rateLimitRequests: settings.RATE_LIMIT_REQUESTS,
    rateLimitSignups: settings.RATE_LIMIT_SIGNUPS,
    rateLimitFailures: settings.RATE_LIMIT_FAILURES,
    rateLimitBusinesses: settings.RATE_LIMIT_BUSINESSES,
    businessesPerPerson: settings.BUSINESSES_PER_PERSON,
    rateLimitMails: {
      recipient: settings.RATE_LIMIT_MAILS_RECIPIENT,
      account: settings.RATE_LIMIT_MAILS_ACCOUNT,
      business: settings.RATE_LIMIT_MAILS_BUSINESS,
      unproven: settings.RATE_LIMIT_MAILS_UNPROVEN,
    },
    bodyBudgetBytes: settings.BODY_BUDGET_MIB * 1024 * 1024,
    idempotencyDailyBytes: settings.IDEMPOTENCY_DAILY_MIB * 1024 * 1024,
    trustProxy: settings.TRUST_PROXY,
    corsOrigins: settings.CORS_ORIGINS,
    webhookAllowedNetworks: settings.WEBHOOK_ALLOWED_NETWORKS,
    hasApiDocs: settings.API_DOCS === 'on',
    consoleDirectory: resolve(settings.CONSOLE_DIR),
    logLevel: settings.LOG_LEVEL,
    metricsToken: settings.METRICS_TOKEN ?? null,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    bcryptCost: settings.BCRYPT_COST,
    breachCheckUrl: settings.BREACH_CHECK_URL ?? null,
    staffSecondFactor:
      settings.STAFF_SECOND_FACTOR ??
      (settings.NODE_ENV === 'production' ? 'required' : 'optional'),
    stepUpMinutes: 10,
    sessionIdleHours: settings.SESSION_IDLE_HOURS,
    sessionAbsoluteDays: settings.SESSION_ABSOLUTE_DAYS,
    eventsRetentionDays: settings.EVENTS_RETENTION_DAYS,
    trustedIssuers: settings.TRUSTED_ISSUERS,
    oidcProviders: settings.OIDC_PROVIDERS,
    exchangeMinutes: settings.EXCHANGE_MINUTES,
  };
}

export const DEFAULT_PORT = 3000;

/**
 * Created once and kept, so that sessions and passwords outlive a restart. Two first starts agree on one: link() is
 * atomic.
 */
function developmentSecret(dataDirectory: string): string {
  const file = join(dataDirectory, 'secret-key');
  if (!existsSync(file)) {
    mkdirSync(dataDirectory, { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
    chmodSync(draft, 0o600);
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  return readFileSync(file, 'utf8');
}
