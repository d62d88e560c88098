/** The tables that a made-up world fills, in foreign-key order, and the columns that it writes, with their types. */
export const SEEDED_COLUMNS = {
  businesses: {
    id: 'uuid',
    name: 'text',
    status: 'text',
    support_access: 'boolean',
    created_at: 'timestamptz',
  },
  users: {
    id: 'uuid',
    email: 'text',
    email_verified_at: 'timestamptz',
    full_name: 'text',
    password_hash: 'text',
    created_at: 'timestamptz',
  },
  members: {
    business_id: 'uuid',
    id: 'uuid',
    kind: 'text',
    role: 'text',
    status: 'text',
    user_id: 'uuid',
    joined_at: 'timestamptz',
    last_used_at: 'timestamptz',
  },
  subscriptions: {
    business_id: 'uuid',
    id: 'uuid',
    plan_id: 'uuid',
    plan_version: 'integer',
    scheduled_plan_id: 'uuid',
    status: 'text',
    is_current: 'boolean',
    anchor: 'timestamptz',
    cycle: 'integer',
    period_ordinal: 'integer',
    period_start: 'timestamptz',
    period_end: 'timestamptz',
    auto_renew: 'boolean',
    cancel_at_period_end: 'boolean',
    trial_ends_at: 'timestamptz',
    trial_reminded_at: 'timestamptz',
    paused_at: 'timestamptz',
    canceled_at: 'timestamptz',
    ended_at: 'timestamptz',
    created_at: 'timestamptz',
  },
  subscription_periods: {
    business_id: 'uuid',
    subscription_id: 'uuid',
    ordinal: 'integer',
    start_time: 'timestamptz',
    end_time: 'timestamptz',
    plan_id: 'uuid',
    usage: 'jsonb',
    closed_at: 'timestamptz',
  },
  subscription_events: {
    business_id: 'uuid',
    id: 'uuid',
    subscription_id: 'uuid',
    at: 'timestamptz',
    action: 'text',
    actor: 'jsonb',
    status_before: 'text',
    status: 'text',
    plan_id_before: 'uuid',
    plan_id: 'uuid',
    scheduled_plan_id: 'uuid',
    cancel_at_period_end: 'boolean',
    auto_renew: 'boolean',
    period_ordinal: 'integer',
  },
  usage_counters: {
    business_id: 'uuid',
    feature: 'text',
    subscription_id: 'uuid',
    period_ordinal: 'integer',
    used: 'bigint',
    carried_over: 'bigint',
    credited: 'bigint',
  },
  credits: {
    business_id: 'uuid',
    id: 'uuid',
    feature: 'text',
    granted: 'bigint',
    spent: 'bigint',
    counted: 'bigint',
    counted_subscription_id: 'uuid',
    counted_ordinal: 'integer',
    reason: 'text',
    granted_by: 'text',
    created_at: 'timestamptz',
    expires_at: 'timestamptz',
    voided_at: 'timestamptz',
  },
  applications: {
    business_id: 'uuid',
    id: 'uuid',
    name: 'text',
    bundle_id: 'text',
    platform: 'text',
    created_at: 'timestamptz',
    deleted_at: 'timestamptz',
  },
  recordings: {
    business_id: 'uuid',
    id: 'uuid',
    external_id: 'text',
    application_id: 'uuid',
    subscription_id: 'uuid',
    period_ordinal: 'integer',
    started_at: 'timestamptz',
    duration_ms: 'integer',
    device: 'jsonb',
    metadata: 'jsonb',
    created_at: 'timestamptz',
    deleted_at: 'timestamptz',
  },
  usage_days: {
    business_id: 'uuid',
    feature: 'text',
    day: 'date',
    used: 'bigint',
  },
} as const satisfies Record<string, Record<string, ColumnType>>;

export type ColumnType =
  | 'uuid'
  | 'text'
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'date'
  | 'timestamptz'
  | 'jsonb';
export type SeededTable = keyof typeof SEEDED_COLUMNS;
export const SEEDED_TABLES = Object.keys(SEEDED_COLUMNS) as SeededTable[];

export type Value = string | number | boolean | Date | object | null;
/** A row with all columns of its table. */
export type Row = Record<string, Value>;
export type Rows = Partial<Record<SeededTable, Row[]>>;

/** A moment between two others. */
export function between(start: Date, end: Date, share: number): Date {
  return new Date(Math.floor(start.getTime() + share * (end.getTime() - start.getTime())));
}
