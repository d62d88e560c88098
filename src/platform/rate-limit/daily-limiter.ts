import { Inject, Injectable } from '@nestjs/common';
import { canonicalEmail } from '../../common/email';
import { CONFIG, type Config } from '../config/config';
import type { Transaction } from '../database/transaction';
import { consume, hashedKey, limiterOf } from './consume';

const DAY_SECONDS = 86_400;

/**
 * Limits per day what a person does at the cost of others: mails to their addresses, and new businesses. Counted in the
 * transaction that does it, so that replicas count together and what is rolled back is not counted.
 */
@Injectable()
export class DailyLimiter {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * Counts an invitation: for the address, the person who asks, and the business, in this order, or two would deadlock.
   * @param isOld of the business: not a young one
   * @throws 429 rate_limited
   */
  async countInvitation(tx: Transaction, recipient: string, isOld: boolean): Promise<void> {
    const { account, business, unproven } = this.config.rateLimitMails;
    const { userId, emailVerified } = tx.requirePerson();
    const isProven = emailVerified && isOld;
    await this.countRecipient(tx, canonicalEmail(recipient), isProven);
    await count(tx, 'mail_account', emailVerified ? account : unproven, userId);
    await count(tx, 'mail_business', isProven ? business : unproven, tx.requireBusinessId());
  }

  /**
   * Of an address's limit, one business and one person get a third each, and all that are not proven half: a stranger
   * cannot keep the invitations of others away.
   */
  private async countRecipient(tx: Transaction, email: string, isProven: boolean): Promise<void> {
    const { recipient: most } = this.config.rateLimitMails;
    await count(tx, 'invitation_recipient', most, email);
    const third = shareOf(most, 3);
    await count(tx, 'invitation_pair_business', third, `${tx.requireBusinessId()} ${email}`);
    await count(tx, 'invitation_pair_account', third, `${tx.requirePerson().userId} ${email}`);
    if (!isProven) await count(tx, 'invitation_unproven', shareOf(most, 2), email);
  }

  /** Counts a mail that asks a person to verify the own address again. @throws 429 rate_limited */
  async countVerification(tx: Transaction, recipient: string): Promise<void> {
    const { recipient: most, unproven } = this.config.rateLimitMails;
    await count(tx, 'verification_recipient', most, canonicalEmail(recipient));
    await count(tx, 'mail_account', unproven, tx.requirePerson().userId);
  }

  /** Counts a business that a person founds. @throws 429 rate_limited */
  async countBusiness(tx: Transaction): Promise<void> {
    await count(tx, 'business_person', this.config.rateLimitBusinesses, tx.requirePerson().userId);
  }
}

function shareOf(limit: number | null, parts: number): number | null {
  return limit === null ? null : Math.max(1, Math.floor(limit / parts));
}

async function count(
  tx: Transaction,
  keyPrefix: string,
  points: number | null,
  key: string,
): Promise<void> {
  if (points === null) return;
  const policy = { keyPrefix, points, duration: DAY_SECONDS };
  await consume(
    limiterOf(policy, (text, values) => tx.query(text, values)),
    hashedKey(key),
  );
}
