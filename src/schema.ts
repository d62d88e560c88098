// Declared features are known once their declarations are loaded.
import './modules/team-members/features';
import * as product from './product/schema';
import { Foundation1763690000001 } from '../migrations/1763690000001-foundation';
import { Identity1763690000002 } from '../migrations/1763690000002-identity';
import { Subscriptions1763690000003 } from '../migrations/1763690000003-subscriptions';
import { FirstPlans1763690000004 } from '../migrations/1763690000004-first-plans';
import { People1763690000006 } from '../migrations/1763690000006-people';
import { SubscriptionLifeCycle1763690000007 } from '../migrations/1763690000007-subscription-life-cycle';
import { AnnouncedChanges1763690000011 } from '../migrations/1763690000011-announced-changes';
import { BulkSeeding1763690000013 } from '../migrations/1763690000013-bulk-seeding';
import { StripeBilling1763690000014 } from '../migrations/1763690000014-stripe-billing';
import { CronHeartbeats1763690000016 } from '../migrations/1763690000016-cron-heartbeats';
import { IdempotencyClaims1763690000025 } from '../migrations/1763690000025-idempotency-claims';
import { SessionsWithoutABusiness1763690000030 } from '../migrations/1763690000030-sessions-without-a-business';
import { PasswordVersions1763690000031 } from '../migrations/1763690000031-password-versions';
import { SpentInAPeriod1763690000040 } from '../migrations/1763690000040-spent-in-a-period';
import { StripeAccount1763690000041 } from '../migrations/1763690000041-stripe-account';
import { EndsWithoutTheOwner1763690000042 } from '../migrations/1763690000042-ends-without-the-owner';
import { FixedCurrency1763690000043 } from '../migrations/1763690000043-fixed-currency';
import { AnnouncedPrices1763690000044 } from '../migrations/1763690000044-announced-prices';
import { DatedCancellations1763690000045 } from '../migrations/1763690000045-dated-cancellations';
import { AuditOfOthers1763690000060 } from '../migrations/1763690000060-audit-of-others';
import { CanonicalEmails1763690000070 } from '../migrations/1763690000070-canonical-emails';
import { BoundKeys1763690000086 } from '../migrations/1763690000086-bound-keys';
import { Features1763690000100 } from '../migrations/1763690000100-features';
import { CountersOfAnyFeature1763690000101 } from '../migrations/1763690000101-counters-of-any-feature';
import { CountedSeats1763690000102 } from '../migrations/1763690000102-counted-seats';
import { UsageEvents1763690000110 } from '../migrations/1763690000110-usage-events';
import { CountUsageEvents1763690000111 } from '../migrations/1763690000111-count-usage-events';
import { UsageBySql1763690000112 } from '../migrations/1763690000112-usage-by-sql';
import { OwnSchema1763690000106 } from '../migrations/1763690000106-own-schema';
import { ServiceKeys1763690000115 } from '../migrations/1763690000115-service-keys';
import { Rollouts1763690000117 } from '../migrations/1763690000117-rollouts';
import { FirstCountersWithoutAWait1763690000125 } from '../migrations/1763690000125-first-counters-without-a-wait';
import { PartitionsBesideOpenTransactions1763690000126 } from '../migrations/1763690000126-partitions-beside-open-transactions';
import { CheckSaysWhy1763690000127 } from '../migrations/1763690000127-check-says-why';
import { ConsumeInShortStatements1763690000135 } from '../migrations/1763690000135-consume-in-short-statements';
import { Events1763690000140 } from '../migrations/1763690000140-events';
import { NotedEnds1763690000141 } from '../migrations/1763690000141-noted-ends';
import { EventsForPeople1763690000142 } from '../migrations/1763690000142-events-for-people';
import { Notifications1763690000143 } from '../migrations/1763690000143-notifications';
import { ShorterConsume1763690000144 } from '../migrations/1763690000144-shorter-consume';
import { SubscriptionsAtStripe1763690000145 } from '../migrations/1763690000145-subscriptions-at-stripe';
import { WebhookEndpoints1763690000150 } from '../migrations/1763690000150-webhook-endpoints';
import { MakersRole1763690000152 } from '../migrations/1763690000152-makers-role';
import { WebhookDeliveries1763690000151 } from '../migrations/1763690000151-webhook-deliveries';
import { TenantsOnceAStatement1763690000153 } from '../migrations/1763690000153-tenants-once-a-statement';
import { SecondFactors1763690000160 } from '../migrations/1763690000160-second-factors';
import { Passkeys1763690000161 } from '../migrations/1763690000161-passkeys';
import { EmailChanges1763690000162 } from '../migrations/1763690000162-email-changes';
import { UsageByAKeptPlan1763690000163 } from '../migrations/1763690000163-usage-by-a-kept-plan';
import { ActionsOfRecoveryCodes1763690000164 } from '../migrations/1763690000164-actions-of-recovery-codes';
import { Identities1763690000171 } from '../migrations/1763690000171-identities';
import { SignIns1763690000172 } from '../migrations/1763690000172-sign-ins';
import { Sso1763690000173 } from '../migrations/1763690000173-sso';
import { ReadsByKeptPlans1763690000174 } from '../migrations/1763690000174-reads-by-kept-plans';
import { ApiKey } from './modules/api-keys/api-key.entity';
import { Business } from './modules/businesses/business.entity';
import { Session } from './modules/identity/session.entity';
import { UserSession } from './modules/identity/user-session.entity';
import { User } from './modules/identity/user.entity';
import { Plan, PlanVersion } from './modules/plans/plan.entity';
import { ServiceKey } from './modules/service-keys/service-key.entity';
import { StaffAccount } from './modules/staff/staff-account.entity';
import { StaffSession } from './modules/staff/staff-session.entity';
import { SupportSession } from './modules/support-sessions/support-session.entity';
import { Invitation } from './modules/team-members/invitation.entity';
import { writeDeclaredFeatures } from './modules/features/declared-features';
import { Feature } from './modules/features/feature.entity';
import { BusinessGrant } from './modules/entitlements/business-grant.entity';
import { Credit } from './modules/entitlements/credit.entity';
import { Subscription } from './modules/subscriptions/subscription.entity';
import { WebhookEndpoint } from './modules/webhooks/webhook-endpoint.entity';
import { Member } from './modules/team-members/member.entity';
import type { Schema } from './platform/database/data-source';
import { Mail } from './platform/mail/mail.entity';
import { IdempotencyKey } from './platform/http/idempotency/idempotency-key.entity';

/** The tables of the core and how they came to be; named here, one by one, since a glob finds too much or too little. */
const core: Omit<Schema, 'complete'> = {
  entities: [
    ApiKey,
    Business,
    BusinessGrant,
    Credit,
    Feature,
    IdempotencyKey,
    Invitation,
    Mail,
    Member,
    Plan,
    PlanVersion,
    ServiceKey,
    Session,
    StaffAccount,
    StaffSession,
    SupportSession,
    Subscription,
    User,
    UserSession,
    WebhookEndpoint,
  ],
  migrations: [
    Foundation1763690000001,
    Identity1763690000002,
    Subscriptions1763690000003,
    FirstPlans1763690000004,
    People1763690000006,
    SubscriptionLifeCycle1763690000007,
    AnnouncedChanges1763690000011,
    BulkSeeding1763690000013,
    StripeBilling1763690000014,
    CronHeartbeats1763690000016,
    IdempotencyClaims1763690000025,
    SessionsWithoutABusiness1763690000030,
    PasswordVersions1763690000031,
    SpentInAPeriod1763690000040,
    StripeAccount1763690000041,
    EndsWithoutTheOwner1763690000042,
    FixedCurrency1763690000043,
    AnnouncedPrices1763690000044,
    DatedCancellations1763690000045,
    AuditOfOthers1763690000060,
    CanonicalEmails1763690000070,
    BoundKeys1763690000086,
    Features1763690000100,
    CountersOfAnyFeature1763690000101,
    CountedSeats1763690000102,
    OwnSchema1763690000106,
    ServiceKeys1763690000115,
    UsageEvents1763690000110,
    CountUsageEvents1763690000111,
    UsageBySql1763690000112,
    Rollouts1763690000117,
    FirstCountersWithoutAWait1763690000125,
    PartitionsBesideOpenTransactions1763690000126,
    CheckSaysWhy1763690000127,
    ConsumeInShortStatements1763690000135,
    Events1763690000140,
    NotedEnds1763690000141,
    EventsForPeople1763690000142,
    Notifications1763690000143,
    ShorterConsume1763690000144,
    SubscriptionsAtStripe1763690000145,
    WebhookEndpoints1763690000150,
    WebhookDeliveries1763690000151,
    MakersRole1763690000152,
    TenantsOnceAStatement1763690000153,
    SecondFactors1763690000160,
    Passkeys1763690000161,
    EmailChanges1763690000162,
    UsageByAKeptPlan1763690000163,
    ActionsOfRecoveryCodes1763690000164,
    Identities1763690000171,
    SignIns1763690000172,
    Sso1763690000173,
    ReadsByKeptPlans1763690000174,
  ],
};

/** With those of the product. Migrations of both run in the order of the times in their names. */
export const schema: Schema = {
  entities: [...core.entities, ...product.entities],
  migrations: [...core.migrations, ...product.migrations].sort(
    (one, other) => timeOf(one) - timeOf(other),
  ),
  complete: writeDeclaredFeatures,
};

function timeOf({ name }: { name: string }): number {
  return Number(/\d+$/.exec(name)?.[0]);
}
