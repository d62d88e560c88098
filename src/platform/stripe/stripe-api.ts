import { Inject, Injectable, Logger } from '@nestjs/common';
import Stripe from 'stripe';
import { SpanKind } from '@opentelemetry/api';
import type { DomainError } from '../../common/problem';
import { inSpan } from '../../common/trace';
import { CONFIG, type Config } from '../config/config';
import { currentTrace } from '../logging/log-scope';
import { paymentFailed, paymentProviderRefused, paymentProviderUnavailable } from './stripe.errors';

/** Two tries and the pause between stay within the ten seconds in which every request is answered. */
const TIMEOUT_MS = 4_000;
const RETRIES = 1;
const CLIENT = () => ({ kind: SpanKind.CLIENT });

/** A Stripe account; its test mode has the same id. */
export interface StripeIdentity {
  id: string;
  isLive: boolean;
}

/** For messages, and to compare. */
export function nameOf({ id, isLive }: StripeIdentity): string {
  return `${id} (${isLive ? 'live' : 'test'})`;
}

/**
 * Stripe's SDK client, with its errors as problems. Never called inside a transaction: a slow answer would hold its
 * locks.
 */
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

  /** `guard` must resolve before each call. */
  guardBy(guard: () => Promise<void>): void {
    this.guard = guard;
  }

  /** Identifies the account of the key; skips the guard. @throws as `call` */
  async identify(): Promise<StripeIdentity> {
    const { id } = await this.ask((stripe) => stripe.accounts.retrieveCurrent());
    return { id, isLive: this.isLive };
  }

  /** Whether the account has a customer, deleted or not; skips the guard. @throws as `call` */
  async hasCustomer(id: string): Promise<boolean> {
    const found = await this.ask((stripe) => nullIfMissing(stripe.customers.retrieve(id)));
    return found !== null;
  }

  /** @throws 503 payment_provider_unavailable, 402 payment_failed, 409 payment_provider_refused */
  async call<T>(ask: (stripe: Stripe) => Promise<T>): Promise<T> {
    await this.guard();
    return this.ask(ask);
  }

  /** The same, or null where Stripe answers that it does not exist. */
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

  /**
   * Stripe's messages contain its ids and the end of the key: they are not passed on; the log has what identifies
   * them.
   */
  private translate(cause: InstanceType<typeof Stripe.errors.StripeError>): DomainError {
    const { type, code, requestId, statusCode } = cause;
    const facts = [type, code, statusCode, requestId].filter(Boolean).join(', ');
    this.logger.warn(`Stripe refused or is unavailable: ${facts}`);
    if (cause instanceof Stripe.errors.StripeCardError)
      return paymentFailed({ members: { declineCode: declineCodeOf(cause) }, cause });
    const isRefusal = cause instanceof Stripe.errors.StripeInvalidRequestError;
    if (isRefusal && !isUnderWay(cause)) return paymentProviderRefused({ cause });
    return paymentProviderUnavailable({ headers: { 'Retry-After': '5' } });
  }
}

/** Stripe asks not to reveal these to customers: https://docs.stripe.com/declines/codes */
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

/** Includes the preview of an invoice that will not come, since the subscription ends. */
function isMissing(error: unknown): boolean {
  const codes: unknown[] = ['resource_missing', 'invoice_upcoming_none'];
  return error instanceof Stripe.errors.StripeError && codes.includes(error.code);
}

/** Another request with this idempotency key is in flight, so this answer says nothing about the outcome. */
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
