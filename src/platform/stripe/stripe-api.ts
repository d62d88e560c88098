import { Inject, Injectable, Logger } from '@nestjs/common';
import Stripe from 'stripe';
import { SpanKind } from '@opentelemetry/api';
import type { DomainError } from '../../common/problem';
import { inSpan } from '../../common/trace';
import { CONFIG, type Config } from '../config/config';
import { currentTrace } from '../logging/log-scope';
import { paymentFailed, paymentProviderRefused, paymentProviderUnavailable } from './stripe.errors';

/** Twice, with the pause between, stays within the ten seconds in which everything is answered. */
const TIMEOUT_MS = 4_000;
const RETRIES = 1;
const CLIENT = () => ({ kind: SpanKind.CLIENT });

/** An account of Stripe's; its test mode has the same id. */
export interface StripeIdentity {
  id: string;
  isLive: boolean;
}

/** For people, and to compare. */
export function nameOf({ id, isLive }: StripeIdentity): string {
  return `${id} (${isLive ? 'live' : 'test'})`;
}

/** The SDK's client, with its errors as problems. Never called inside a transaction: a slow answer would hold its locks. */
@Injectable()
export class StripeApi {
  private readonly logger = new Logger(StripeApi.name);
  private readonly client: Stripe | null;
  private readonly isLive: boolean;
  /** Awaited before each call. */
  private guard: () => Promise<void> = () => Promise.resolve();

  constructor(@Inject(CONFIG) config: Config) {
    this.isLive = /^[a-z]+_live_/.test(config.stripeSecretKey ?? '');
    this.client = config.stripeSecretKey ? connect(config.stripeSecretKey, config) : null;
  }

  /** Whether this installation takes payments. */
  get isConfigured(): boolean {
    return this.client !== null;
  }

  /** No call is made before this has allowed it. */
  guardBy(guard: () => Promise<void>): void {
    this.guard = guard;
  }

  /** Which account the key is of, whatever the guard says. @throws as `call` */
  async identify(): Promise<StripeIdentity> {
    const { id } = await this.ask((stripe) => stripe.accounts.retrieveCurrent());
    return { id, isLive: this.isLive };
  }

  /** Whether the account knows a customer, also one that was deleted there, whatever the guard says. @throws as `call` */
  async hasCustomer(id: string): Promise<boolean> {
    const found = await this.ask((stripe) => nullIfMissing(stripe.customers.retrieve(id)));
    return found !== null;
  }

  /** @throws 503 payment_provider_unavailable, 402 payment_failed, 409 payment_provider_refused */
  async call<T>(ask: (stripe: Stripe) => Promise<T>): Promise<T> {
    await this.guard();
    return this.ask(ask);
  }

  /** The same, or null where Stripe knows no such thing. */
  async find<T>(ask: (stripe: Stripe) => Promise<T>): Promise<T | null> {
    return this.call((stripe) => nullIfMissing(ask(stripe)));
  }

  private ask<T>(ask: (stripe: Stripe) => Promise<T>): Promise<T> {
    return inSpan('Stripe', currentTrace(), CLIENT, async () => {
      try {
        return await ask(this.requireClient());
      } catch (error) {
        throw error instanceof Stripe.errors.StripeError ? this.translate(error) : error;
      }
    });
  }

  private requireClient(): Stripe {
    if (!this.client) throw new Error('there is no STRIPE_SECRET_KEY');
    return this.client;
  }

  /** Stripe's own words name its ids and our key's end: they stay here, and the log has what finds them there. */
  private translate(cause: InstanceType<typeof Stripe.errors.StripeError>): DomainError {
    const { type, code, requestId, statusCode } = cause;
    const facts = [type, code, statusCode, requestId].filter(Boolean).join(', ');
    this.logger.warn(`Stripe refused or is away: ${facts}`);
    if (cause instanceof Stripe.errors.StripeCardError)
      return paymentFailed({ members: { declineCode: declineCodeOf(cause) }, cause });
    const isRefusal = cause instanceof Stripe.errors.StripeInvalidRequestError;
    if (isRefusal && !isUnderWay(cause)) return paymentProviderRefused({ cause });
    return paymentProviderUnavailable({ headers: { 'Retry-After': '5' } });
  }
}

/** Stripe asks not to tell customers of these: https://docs.stripe.com/declines/codes */
const UNTOLD = ['fraudulent', 'lost_card', 'merchant_blacklist', 'pickup_card', 'stolen_card'];

function declineCodeOf({
  decline_code: code,
}: InstanceType<typeof Stripe.errors.StripeCardError>): string {
  return UNTOLD.includes(code) ? 'generic_decline' : code;
}

async function nullIfMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Of an invoice too that will not come, since the subscription ends. */
function isMissing(error: unknown): boolean {
  const codes: unknown[] = ['resource_missing', 'invoice_upcoming_none'];
  return error instanceof Stripe.errors.StripeError && codes.includes(error.code);
}

/** The same call is being made beside this one, which therefore tells nothing of its outcome. */
function isUnderWay({ code }: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  return code === 'idempotency_key_in_use';
}

function connect(key: string, { stripeApiBase }: Config): Stripe {
  return new Stripe(key, {
    ...(stripeApiBase ? addressOf(stripeApiBase) : {}),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES,
    telemetry: false,
  });
}

function addressOf(base: string): { host: string; port: string; protocol: 'http' | 'https' } {
  const { hostname: host, port, protocol } = new URL(base);
  const isPlain = protocol === 'http:';
  return { host, port: port || (isPlain ? '80' : '443'), protocol: isPlain ? 'http' : 'https' };
}
