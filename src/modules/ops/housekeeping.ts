import { Inject, Injectable, Logger } from '@nestjs/common';
import { hoursBefore } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { MailQueue } from '../../platform/mail/mail-queue';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';
import { InboxService } from '../billing/inbox/inbox.service';
import { NotificationsService } from '../notifications/notifications.service';
import { OneTimeKeysRepository } from '../identity/one-time-keys.repository';
import { EmailChangesService } from '../accounts/email-changes.service';
import { PasskeysService } from '../identity/passkeys/passkeys.service';
import { SignInChallengesService } from '../identity/second-factors/sign-in-challenges.service';
import { SessionsRepository } from '../identity/sessions.repository';
import { UsageEventsService } from '../usage/usage-events.service';
import { SignInFlowService } from '../sign-in/sign-in-flow.service';
import { StaffService } from '../staff/staff.service';
import { WebhookEndpointsService } from '../webhooks/webhook-endpoints.service';

const EVENTS_KEPT_DAYS = 90; // Stripe itself keeps them for 30
const EVENT_KEYS_KEPT_DAYS = 396; // 13 months: a retry of an event counts once that long
const WEBHOOKS_KEPT_DAYS = 30; // as the log keeps events, unless it is set otherwise
const MAILS_KEPT_DAYS = 90; // longer than the queue retries
const PRUNE = 'housekeeping.prune';

/** Deletes what has expired: idempotent answers, sessions, one-time keys, unfinished logins, mails, Stripe events, guesses, event ids, deliveries, marks of notifications. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger(Housekeeping.name);

  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly idempotency: Idempotency,
    private readonly sessions: SessionsRepository,
    private readonly oneTimeKeys: OneTimeKeysRepository,
    private readonly challenges: SignInChallengesService,
    private readonly signIns: SignInFlowService,
    private readonly mails: MailQueue,
    private readonly passkeys: PasskeysService,
    private readonly emailChanges: EmailChangesService,
    private readonly staff: StaffService,
    private readonly guesses: GuessLimiter,
    private readonly inbox: InboxService,
    private readonly usageEvents: UsageEventsService,
    private readonly webhooks: WebhookEndpointsService,
    private readonly notifications: NotificationsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Every process with the `cron` role enqueues it; the job key makes it one job. */
  @Scheduled(PRUNE, '17 * * * *')
  async schedule(context: RequestContext): Promise<void> {
    await this.database.transaction(context, (tx) =>
      this.queue.enqueue(tx, PRUNE, {}, { key: PRUNE }),
    );
  }

  @JobHandler(PRUNE)
  async prune(context: RequestContext): Promise<void> {
    const answers = await this.idempotency.prune(context);
    const sessions = await this.database.platform(
      context,
      'expired rows belong to all tenants',
      (tx) => this.pruneIn(tx),
    );
    this.logger.log(`deleted ${answers} expired answers and ${sessions} expired sessions`);
  }

  private async pruneIn(tx: Transaction): Promise<number> {
    const { sessionIdleHours, sessionAbsoluteDays } = this.config;
    await this.oneTimeKeys.prune(tx);
    await this.challenges.prune(tx);
    await this.passkeys.prune(tx);
    await this.emailChanges.prune(tx);
    await this.signIns.prune(tx);
    const mailsBefore = hoursBefore(tx.now, 24 * MAILS_KEPT_DAYS);
    await this.mails.prune(tx, mailsBefore);
    await this.notifications.prune(tx, mailsBefore);
    await this.staff.pruneSessions(tx);
    await this.inbox.prune(tx, hoursBefore(tx.now, 24 * EVENTS_KEPT_DAYS));
    await this.guesses.prune(tx);
    await this.usageEvents.keepHouse(tx, hoursBefore(tx.now, 24 * EVENT_KEYS_KEPT_DAYS));
    await this.webhooks.prune(tx, hoursBefore(tx.now, 24 * WEBHOOKS_KEPT_DAYS));
    return this.sessions.prune(
      tx,
      hoursBefore(tx.now, sessionIdleHours),
      hoursBefore(tx.now, 24 * sessionAbsoluteDays),
    );
  }
}
