import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { tooManyAtOnce } from '../common/problems';
import { RequestContext } from '../common/request-context';
import { Turns } from '../common/turns';
import {
  subscriptionBehind,
  subscriptionInactive,
} from '../modules/subscriptions/subscriptions.errors';
import { SubscriptionsService } from '../modules/subscriptions/subscriptions.service';
import { CONFIG, type Config } from '../platform/config/config';
import { Database } from '../platform/database/database';
import type { RaceResponse, RaceWay } from './race';
import { checkThenInsert, insertAndConsume, openPool, race, type RaceTrack } from './usage-race';

const LIMIT = 50;
const CALLERS = 150;
/** Each takes connections for all of its callers. */
const TURNS = { atOnce: 1, waiting: 10, waitMs: 20_000 };
/** A race takes a second; what is left after this time is of a process that was killed. */
const LEFT_AFTER = '1 minute';
const WAYS = { check_then_insert: checkThenInsert, admission: insertAndConsume };
const REASON = 'the catalogue belongs to no tenant';
/** What `tenantry.consume` says of a subscription that was paused, or whose period ended, during the race. */
const PROBLEMS: Record<string, () => Error> = {
  TQ403: subscriptionInactive,
  TQ503: subscriptionBehind,
};

/**
 * Callers of one business at a limit, all at once, by a table and a feature that are made for the race and are gone
 * after it. Development only.
 */
@Injectable()
export class RaceService implements OnApplicationBootstrap {
  private readonly turns = new Turns({
    ...TURNS,
    refuse: () => tooManyAtOnce({ headers: { 'Retry-After': '5' } }),
  });

  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Removes what a race has left whose process was killed. */
  async onApplicationBootstrap(): Promise<void> {
    const context = RequestContext.job('page.race');
    const left = await this.database.platform(context, REASON, (tx) =>
      tx.query<{ businessId: string; feature: string }>(LEFT, [LEFT_AFTER]),
    );
    for (const { businessId, feature } of left)
      await this.execute(context, removalsOf(trackOf(businessId, feature)));
  }

  /** One at a time. @throws 403 subscription_inactive, 429 too_many_at_once, 503 subscription_behind */
  run(context: RequestContext, way: RaceWay): Promise<RaceResponse> {
    return this.turns.run(() => this.runAlone(context, way));
  }

  private async runAlone(context: RequestContext, way: RaceWay): Promise<RaceResponse> {
    const track = trackOf(context.requireBusinessId(), `race_${randomBytes(6).toString('hex')}`);
    await this.subscriptions.renewActive(context);
    try {
      await this.execute(context, preparationsOf(track));
      return { way, callers: CALLERS, limit: LIMIT, admitted: await this.race(track, way) };
    } finally {
      await this.execute(context, removalsOf(track));
    }
  }

  /** As a program with connections of its own. */
  private async race(track: RaceTrack, way: RaceWay): Promise<number> {
    const pool = openPool(this.config.databaseUrl ?? undefined);
    try {
      return await race(pool, track, CALLERS, WAYS[way]);
    } catch (error) {
      throw PROBLEMS[(error as { code: string }).code]?.() ?? error;
    } finally {
      await pool.end();
    }
  }

  private execute(context: RequestContext, statements: [string, ...unknown[]][]): Promise<void> {
    return this.database.platform(context, REASON, async (tx) => {
      for (const [sql, ...parameters] of statements) await tx.query(sql, parameters);
    });
  }
}

function trackOf(businessId: string, feature: string): RaceTrack {
  return { businessId, feature, table: `tenantry.${feature}`, limit: LIMIT };
}

/** A counter that is there already, without percentages, sends no mail at 80 %. */
function preparationsOf({ businessId, feature, table }: RaceTrack): [string, ...unknown[]][] {
  const grant = { limit: LIMIT, mode: 'hard' };
  return [
    [`CREATE UNLOGGED TABLE ${table} (way text, business_id uuid)`],
    [
      `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
       VALUES ($1, 'Race', 'metered', 'never', 'team', false, now())`,
      feature,
    ],
    [
      `INSERT INTO business_grants (business_id, id, terms, reason, granted_by, created_at)
       VALUES ($1, $2, $3, 'The race of the console', 'development', now())`,
      businessId,
      feature,
      grant,
    ],
    [
      `INSERT INTO usage_counters (business_id, feature, used, carried_over, credited, alert_percentages)
       VALUES ($1, $2, 0, 0, 0, '{}')`,
      businessId,
      feature,
    ],
    [
      `INSERT INTO sql_callers (business_id, role_name) VALUES ($1, session_user) ON CONFLICT DO NOTHING`,
      businessId,
    ],
  ];
}

const LEFT = `
  SELECT own.business_id AS "businessId", feature.id AS feature
  FROM features AS feature JOIN business_grants AS own ON own.id = feature.id
  WHERE feature.id ~ '^race_[0-9a-f]{12}$' AND feature.created_at < now() - $1::interval`;

function removalsOf({ businessId, feature, table }: RaceTrack): [string, ...unknown[]][] {
  const ofRace = 'WHERE business_id = $1 AND feature = $2';
  return [
    [`DROP TABLE IF EXISTS ${table}`],
    [`DELETE FROM usage_events ${ofRace}`, businessId, feature],
    [`DELETE FROM usage_event_keys ${ofRace}`, businessId, feature],
    [`DELETE FROM usage_days ${ofRace}`, businessId, feature],
    [`DELETE FROM usage_counters ${ofRace}`, businessId, feature],
    ['DELETE FROM business_grants WHERE business_id = $1 AND id = $2', businessId, feature],
    ['DELETE FROM features WHERE id = $1', feature],
  ];
}
