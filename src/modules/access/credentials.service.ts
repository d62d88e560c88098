import { Inject, Injectable } from '@nestjs/common';
import { STAFF_ENROLMENT_HOURS, STAFF_SESSION_HOURS } from '../../common/access/seats';
import { hoursBefore } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { hashToken, tokenKind, type TokenKind } from '../../common/token';
import { CONFIG, type Config } from '../../platform/config/config';
import type { LookUp } from '../../platform/database/announced-cache';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { RequestLimiter } from '../../platform/rate-limit/request-limiter';
import { CredentialCache } from './credential-cache';
import type { Credential } from './credential';
import {
  CredentialsRepository,
  type FoundCredential,
  type SessionTimes,
  type StaffEnrolment,
} from './credentials.repository';

/** A write per request would cost more than the request. With the time in the cache, it is accurate to the minute. */
const USE_IS_RECORDED_EVERY_MS = 30_000;

/** Kinds whose end is announced, so that an older look-up is known to be stale. */
const ANNOUNCED: readonly TokenKind[] = ['session', 'api_key', 'service_key'];

interface UnderWay {
  lookUp: LookUp;
  found: Promise<Credential | null>;
}

@Injectable()
export class CredentialsService {
  private readonly underWay = new Map<string, UnderWay>();

  constructor(
    private readonly database: Database,
    private readonly credentials: CredentialsRepository,
    private readonly cache: CredentialCache,
    private readonly limiter: RequestLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The credential of a token that this process has looked up of late, as `resolve` gives it; else null. */
  findKnown(token: string): Credential | null {
    return this.cache.find(hashToken(token).toString('base64'));
  }

  /**
   * @param ip its source: look-ups of invalid tokens are limited
   * @returns null for a token that is malformed, unknown, expired, revoked, or whose member is deactivated
   * @throws 429 rate_limited
   */
  async resolve(token: string, ip: string): Promise<Credential | null> {
    const kind = tokenKind(token);
    if (!kind) return null; // malformed: no query
    const tokenHash = hashToken(token);
    const key = tokenHash.toString('base64');
    const known = this.cache.find(key);
    if (known) return known;
    await this.limiter.countUnverified(ip);
    const found = await this.lookUp(kind, tokenHash, key);
    if (found) await this.limiter.giveBack(ip);
    return found;
  }

  /** When the entry of a busy key expires, its concurrent requests share one query. */
  private lookUp(kind: TokenKind, tokenHash: Buffer, key: string): Promise<Credential | null> {
    if (!ANNOUNCED.includes(kind)) return this.ask(kind, tokenHash, key, this.cache.beginLookUp());
    const underWay = this.underWay.get(key);
    if (underWay && this.cache.isCurrent(underWay.lookUp)) return underWay.found;
    const lookUp = this.cache.beginLookUp();
    const found = this.ask(kind, tokenHash, key, lookUp).finally(() => {
      if (this.underWay.get(key)?.lookUp === lookUp) this.underWay.delete(key);
    });
    this.underWay.set(key, { lookUp, found });
    return found;
  }

  private async ask(
    kind: TokenKind,
    tokenHash: Buffer,
    key: string,
    lookUp: LookUp,
  ): Promise<Credential | null> {
    const found = await this.database.platform(
      RequestContext.job('credential.resolve'),
      'the owner of the token is unknown',
      async (tx) => {
        const credential = await this.find(tx, kind, tokenHash);
        if (credential && isStale(credential, tx.now))
          await this.credentials.markUsed(tx, credential);
        return credential && inOneShape(credential);
      },
    );
    if (found && found.livesMs > 0) this.cache.keep(key, found, lookUp, found.livesMs);
    return found;
  }

  private find(
    tx: Transaction,
    kind: TokenKind,
    tokenHash: Buffer,
  ): Promise<FoundCredential | null> {
    switch (kind) {
      case 'session':
        return this.credentials.findSession(tx, tokenHash, this.timesOf(tx));
      case 'api_key':
        return this.credentials.findApiKey(tx, tokenHash);
      case 'service_key':
        return this.credentials.findServiceKey(tx, tokenHash);
      case 'staff_session': {
        const times = { ...this.timesOf(tx), createdAfter: staffSessionsSince(tx) };
        return this.credentials.findStaffSession(tx, tokenHash, times, this.staffEnrolment(tx));
      }
      case 'support_session': {
        const enrolment = this.staffEnrolment(tx);
        return this.credentials.findSupportSession(
          tx,
          tokenHash,
          staffSessionsSince(tx),
          enrolment,
        );
      }
    }
  }

  private timesOf({ now }: Transaction): SessionTimes {
    const { sessionIdleHours, sessionAbsoluteDays, stepUpMinutes } = this.config;
    return {
      usedAfter: hoursBefore(now, sessionIdleHours),
      createdAfter: hoursBefore(now, 24 * sessionAbsoluteDays),
      provenAfter: hoursBefore(now, stepUpMinutes / 60),
    };
  }

  private staffEnrolment({ now }: Transaction): StaffEnrolment {
    const isDemanded = this.config.staffSecondFactor === 'required';
    return { isDemanded, createdAfter: hoursBefore(now, STAFF_ENROLMENT_HOURS) };
  }
}

/**
 * Node 20 gives an object that is spread and then extended a shape of its own. Every request reads its credential, which
 * is slow where each of thousands has another one.
 */
function inOneShape(credential: FoundCredential): FoundCredential {
  return Object.assign({}, credential);
}

function staffSessionsSince({ now }: Transaction): Date {
  return hoursBefore(now, STAFF_SESSION_HOURS);
}

function isStale({ lastUsedAt, recordsUse }: FoundCredential, now: Date): boolean {
  if (!recordsUse) return false;
  return !lastUsedAt || now.getTime() - lastUsedAt.getTime() > USE_IS_RECORDED_EVERY_MS;
}
