import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import type { Transaction } from '../../../platform/database/transaction';
import type { ChangeTime, PlanChange } from '../decisions/plan-change';
import type { EndReason } from '../decisions/end-reasons';
import type { SubscriptionView } from '../decisions/subscription-view';

/** A command about a subscription. */
export type SubscriptionCommand =
  | { kind: 'change'; planId: string; when?: ChangeTime }
  | { kind: 'cancel'; when: ChangeTime }
  | { kind: 'uncancel' | 'pause' | 'resume' }
  | { kind: 'set_auto_renew'; autoRenew: boolean }
  /** Not from an owner: Stripe ends it with its period; null takes that back. */
  | { kind: 'end_because'; reason: EndReason | null }
  | { kind: 'assign'; planId: string; reason: string; stripe?: 'cancel' | 'keep' };

/** What a preview asks for. */
export type ChangeQuestion = Omit<Extract<SubscriptionCommand, { kind: 'change' }>, 'kind'>;

/** The second half of a command: writes its effect, in the transaction that stores the answer. */
export type Completion = (tx: Transaction) => Promise<SubscriptionView>;

/** Collects payments for subscriptions. Its methods use the network and are called outside transactions. */
export interface PaymentProvider {
  /** Renews, and carries the command out there. @returns null where the provider does not set the periods */
  prepare(context: RequestContext, command: SubscriptionCommand): Promise<Completion | null>;
  /** The effect of a change, decided by the code that makes it. @returns null, as above @throws as `prepare` */
  preview(context: RequestContext, asked: ChangeQuestion): Promise<PlanChange | null>;
}

/** Holds the provider of this installation; without one, only staff assign plans with a price. */
@Injectable()
export class Payments {
  provider: PaymentProvider | null = null;
}
