import { Injectable } from '@nestjs/common';
import type { Role } from '../../common/access/permissions';
import type { Transaction } from '../../platform/database/transaction';
import type { EndpointHealth } from './delivery';

/** Longer than a round of tries, which takes 10 seconds at most. */
const LEASE_SECONDS = 30;

/** How far a replay is: events of this business after this sequence. */
export interface Replay {
  from: Date;
  until: Date;
  businessId: string;
  sequence: number;
}

/**
 * What changes with each delivery. The lease keeps a second job away from an endpoint: its times are the database's own.
 */
@Injectable()
export class EndpointStatesRepository {
  async noteMakersRole(tx: Transaction, endpointId: string, role: Role): Promise<void> {
    await tx.execute(NOTE_ROLE, [tx.requireBusinessId(), endpointId, role]);
  }

  /** The last one that was noted; null: none yet. */
  async findMakersRole(tx: Transaction, endpointId: string): Promise<Role | null> {
    const parameters = [tx.requireBusinessId(), endpointId];
    const [state] = await tx.query<{ role: Role | null }>(ROLE, parameters);
    return state?.role ?? null;
  }

  /** Takes or extends the lease. Null: another job has it. */
  async acquire(
    tx: Transaction,
    endpointId: string,
    leaseId: string,
  ): Promise<EndpointHealth | null> {
    const [state] = await tx.query<EndpointHealth>(ACQUIRE, [
      tx.requireBusinessId(),
      endpointId,
      leaseId,
    ]);
    return state ?? null;
  }

  /** As `acquire`, but not where another job has had it since. */
  async extend(
    tx: Transaction,
    endpointId: string,
    leaseId: string,
  ): Promise<EndpointHealth | null> {
    const [state] = await tx.query<EndpointHealth>(EXTEND, [
      tx.requireBusinessId(),
      endpointId,
      leaseId,
    ]);
    return state ?? null;
  }

  async release(tx: Transaction, endpointId: string): Promise<void> {
    await tx.execute(RELEASE, [tx.requireBusinessId(), endpointId]);
  }

  async saveHealth(tx: Transaction, endpointId: string, health: EndpointHealth): Promise<void> {
    const { firstFailureAt, isSlow } = health;
    await tx.execute(SAVE_HEALTH, [tx.requireBusinessId(), endpointId, firstFailureAt, isSlow]);
  }

  async isSlow(tx: Transaction, endpointId: string): Promise<boolean> {
    const [state] = await tx.query<{ isSlow: boolean }>(
      `SELECT is_slow AS "isSlow" FROM webhook_endpoint_states WHERE business_id = $1 AND endpoint_id = $2`,
      [tx.requireBusinessId(), endpointId],
    );
    return state?.isSlow ?? true;
  }

  /** Locked until the end of the transaction; null: none is running. */
  async lockReplay(tx: Transaction, endpointId: string): Promise<Replay | null> {
    const [replay] = await tx.query<Replay>(LOCK_REPLAY, [tx.requireBusinessId(), endpointId]);
    return replay ?? null;
  }

  /** @param replay null: it has come to its end */
  async saveReplay(tx: Transaction, endpointId: string, replay: Replay | null): Promise<void> {
    const { from = null, until = null, businessId = null, sequence = null } = replay ?? {};
    const parameters = [tx.requireBusinessId(), endpointId, from, until, businessId, sequence];
    await tx.execute(SAVE_REPLAY, parameters);
  }

  /** The sequence up to which there are deliveries, locked until the end of the transaction; null: there are none yet. */
  async lockCursor(tx: Transaction, endpointId: string, of: string): Promise<number | null> {
    const [cursor] = await tx.query<{ sequence: number }>(LOCK_CURSOR, [
      tx.requireBusinessId(),
      endpointId,
      of,
    ]);
    return cursor?.sequence ?? null;
  }

  /** A second one that makes it waits for the first. @returns the sequence that counts */
  async makeCursor(
    tx: Transaction,
    endpointId: string,
    of: string,
    sequence: number,
  ): Promise<number> {
    const parameters = [tx.requireBusinessId(), endpointId, of, sequence];
    await tx.execute(MAKE_CURSOR, parameters);
    return (await this.lockCursor(tx, endpointId, of))!;
  }

  async moveCursor(
    tx: Transaction,
    endpointId: string,
    of: string,
    sequence: number,
  ): Promise<void> {
    await tx.execute(MOVE_CURSOR, [tx.requireBusinessId(), endpointId, of, sequence]);
  }

  /** Endpoints of all businesses whose tries are overdue and which no job serves. Platform scope. */
  listOverdue(
    tx: Transaction,
    before: Date,
  ): Promise<{ businessId: string; endpointId: string }[]> {
    return tx.query(OVERDUE, [before]);
  }
}

const ONE = 'WHERE business_id = $1 AND endpoint_id = $2';
const HEALTH = 'first_failure_at AS "firstFailureAt", is_slow AS "isSlow"';
const HOLD = `
  UPDATE webhook_endpoint_states
  SET lease_id = $3, lease_ends_at = now() + interval '${LEASE_SECONDS} seconds' ${ONE}`;

const ACQUIRE = `${HOLD} AND (lease_id IS NULL OR lease_ends_at < now()) RETURNING ${HEALTH}`;
const EXTEND = `${HOLD} AND lease_id = $3 RETURNING ${HEALTH}`;

const RELEASE = `UPDATE webhook_endpoint_states SET lease_id = NULL, lease_ends_at = NULL ${ONE}`;

const SAVE_HEALTH = `
  UPDATE webhook_endpoint_states SET first_failure_at = $3, is_slow = $4 ${ONE}
    AND (first_failure_at, is_slow) IS DISTINCT FROM ($3::timestamptz, $4::boolean)`;

const LOCK_REPLAY = `
  SELECT replay_from_at AS "from", replay_until_at AS until, replay_business_id AS "businessId",
         replay_sequence::float8 AS sequence
  FROM webhook_endpoint_states ${ONE} AND replay_from_at IS NOT NULL FOR UPDATE`;

const SAVE_REPLAY = `
  UPDATE webhook_endpoint_states
  SET replay_from_at = $3, replay_until_at = $4, replay_business_id = $5, replay_sequence = $6 ${ONE}`;

const LOCK_CURSOR = `
  SELECT last_sequence::float8 AS sequence FROM webhook_cursors ${ONE} AND event_business_id = $3 FOR UPDATE`;

const MAKE_CURSOR = `
  INSERT INTO webhook_cursors (business_id, endpoint_id, event_business_id, last_sequence) VALUES ($1, $2, $3, $4)
  ON CONFLICT DO NOTHING`;

const MOVE_CURSOR = `UPDATE webhook_cursors SET last_sequence = $4 ${ONE} AND event_business_id = $3`;

const OVERDUE = `
  SELECT DISTINCT delivery.business_id AS "businessId", delivery.endpoint_id AS "endpointId"
  FROM webhook_deliveries AS delivery
  JOIN webhook_endpoints AS endpoint ON endpoint.business_id = delivery.business_id AND endpoint.id = delivery.endpoint_id
  JOIN webhook_endpoint_states AS state
    ON state.business_id = delivery.business_id AND state.endpoint_id = delivery.endpoint_id
  WHERE delivery.status = 'pending' AND delivery.next_try_at < $1 AND endpoint.status = 'enabled'
    AND (state.lease_id IS NULL OR state.lease_ends_at < now())
  LIMIT 1000`;

const NOTE_ROLE = `
  UPDATE webhook_endpoint_states SET makers_role = $3
  WHERE business_id = $1 AND endpoint_id = $2 AND makers_role IS DISTINCT FROM $3`;

const ROLE = `
  SELECT makers_role AS role FROM webhook_endpoint_states WHERE business_id = $1 AND endpoint_id = $2`;
