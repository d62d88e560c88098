import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';
import { CountersService } from '../entitlements/counters.service';
import type { CommitRequest, ReserveRequest } from './dto/usage-event';
import { ReservationsRepository, type Reservation } from './reservations.repository';
import { amountAboveReserved, reservationNotFound, reservationSettled } from './usage.errors';
import { refusingBusy } from './usage-events.repository';
import { UsageService } from './usage.service';

const EXPIRE = 'usage.expire_reservations';
const PAGE = 500;

/**
 * Units held for work whose size is known only afterwards. They are not used yet, so they belong to no period: what is
 * committed counts in the period of the commit. An open reservation leaves less for everything else.
 */
@Injectable()
export class ReservationsService {
  constructor(
    private readonly database: Database,
    private readonly usage: UsageService,
    private readonly reservations: ReservationsRepository,
    private readonly counters: CountersService,
  ) {}

  /**
   * Holds units of the context's business, or returns the reservation made before under this event id.
   * @throws 402 quota_exceeded, and the other problems of an event
   */
  reserve(
    context: RequestContext,
    request: ReserveRequest,
  ): Promise<{ reservation: Reservation; replayed: boolean }> {
    return this.database.transaction(context, async (tx) => {
      const { feature, eventId, amount, expiresInSeconds } = request;
      const expiresAt = new Date(tx.now.getTime() + 1000 * expiresInSeconds);
      const way = { kind: 'reserve', reservationId: newId(), expiresAt } as const;
      const businessId = tx.requireBusinessId();
      const counted = await this.usage.count(tx, {
        ...{ businessId, feature, eventId, amount, at: null, properties: null, way },
      });
      const reservation = await this.reservations.findByEvent(tx, feature, eventId);
      return { reservation: reservation!, replayed: counted.outcome === 'exists' };
    });
  }

  /**
   * Counts what was used of a reservation, and gives the rest back. Never refused for want of units: they were held.
   * @throws 404 reservation_not_found, 409 reservation_settled, 422 amount_above_reserved
   */
  commit(
    context: RequestContext,
    id: string,
    { amount: asked }: CommitRequest,
  ): Promise<Reservation> {
    return this.database.transaction(context, async (tx) => {
      const reservation = await this.lock(tx, id);
      const amount = asked ?? reservation.amount;
      if (amount > reservation.amount) throw amountAboveReserved();
      assertOpen(reservation, tx.now);
      const { feature, eventId } = reservation;
      const way = { kind: 'commit', reserved: reservation.amount } as const;
      const businessId = tx.requireBusinessId();
      await this.usage.count(tx, {
        ...{ businessId, feature, eventId, amount, at: null, properties: null, way },
      });
      await this.reservations.settle(tx, reservation, 'committed', amount);
      return { ...reservation, status: 'committed', committed: amount };
    });
  }

  /** Gives all of it back; again changes nothing. @throws 404 reservation_not_found, 409 reservation_settled */
  release(context: RequestContext, id: string): Promise<Reservation> {
    return this.database.transaction(context, async (tx) => {
      const reservation = await this.lock(tx, id);
      if (reservation.status === 'released') return reservation;
      assertOpen(reservation, tx.now);
      return this.giveBack(tx, reservation, 'released');
    });
  }

  /** Every process with the `cron` role does; the locks make each expire once. */
  @Scheduled(EXPIRE, '* * * * *')
  async expireOnSchedule(context: RequestContext): Promise<void> {
    await this.expireAll(context);
  }

  /** @returns how many had expired */
  async expireAll(context: RequestContext): Promise<number> {
    let count = 0;
    for (;;) {
      const page = await this.database.platform(
        context,
        'reservations of all tenants expire',
        (tx) => this.reservations.listExpired(tx, PAGE),
      );
      for (const { businessId, id } of page) await this.expire(context.with({ businessId }), id);
      count += page.length;
      if (page.length < PAGE) return count;
    }
  }

  private async expire(context: RequestContext, id: string): Promise<void> {
    await this.database.transaction(context, async (tx) => {
      const reservation = await this.lock(tx, id);
      if (reservation.status === 'open') await this.giveBack(tx, reservation, 'expired');
    });
  }

  private async giveBack(
    tx: Transaction,
    reservation: Reservation,
    status: 'released' | 'expired',
  ): Promise<Reservation> {
    await this.reservations.free(tx, reservation);
    await this.reservations.settle(tx, reservation, status);
    return { ...reservation, status };
  }

  /** What it says after its counter is locked: nothing else settles it meanwhile. */
  private async lock(tx: Transaction, id: string): Promise<Reservation> {
    await tx.setLocal('lock_timeout', '2s');
    const seen = await this.reservations.find(tx, id);
    if (!seen) throw reservationNotFound();
    await refusingBusy(() => this.counters.lockExisting(tx, seen.feature));
    return (await this.reservations.find(tx, id))!;
  }
}

/** One that has expired is over before the job gives it back. */
function assertOpen({ status, committed, expiresAt }: Reservation, now: Date): void {
  if (status === 'committed')
    throw reservationSettled({ detail: `It was committed with ${committed}.` });
  if (status === 'released') throw reservationSettled({ detail: 'It was released.' });
  if (status === 'expired' || expiresAt <= now)
    throw reservationSettled({ detail: `It expired at ${expiresAt.toISOString()}.` });
}
