import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hasTable } from './table-rules';

const UNLESS_SEEDING = `WHEN (current_setting('app.action', true) IS DISTINCT FROM 'seed.demo')`;

/**
 * A made-up world comes in bulk: one audit row a batch, which the command writes itself, and the history of
 * each subscription as a row of its own among the others. No constraint is lifted, and no other action is spared.
 */
export class BulkSeeding1763690000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const trigger of AUDIT) await recreate(runner, trigger, UNLESS_SEEDING);
    await runner.query('DROP TRIGGER history_subscriptions ON subscriptions');
    await runner.query(history('history_subscriptions', `UPDATE OF ${STANDING}`, '')); // refuses transitions, so always
    await runner.query(history('history_subscriptions_begin', 'INSERT', UNLESS_SEEDING));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const trigger of AUDIT) await recreate(runner, trigger, '');
    await runner.query('DROP TRIGGER history_subscriptions_begin ON subscriptions');
    await runner.query('DROP TRIGGER history_subscriptions ON subscriptions');
    await runner.query(history('history_subscriptions', `INSERT OR UPDATE OF ${STANDING}`, ''));
  }
}

interface AuditTrigger {
  table: string;
  events: string;
  calls: string;
}

const STANDING = 'status, plan_id, scheduled_plan_id, cancel_at_period_end, auto_renew';
const DATES = 'trial_ends_at, paused_at, canceled_at, ended_at';

const AUDIT: AuditTrigger[] = [
  {
    table: 'businesses',
    events: 'INSERT OR DELETE OR UPDATE',
    calls: `audit_row('business', 'id', '')`,
  },
  {
    table: 'users',
    events: 'INSERT OR DELETE OR UPDATE',
    calls: `audit_row('user', '', 'password_hash')`,
  },
  {
    table: 'members',
    events: 'INSERT OR DELETE OR UPDATE OF kind, role, status, user_id',
    calls: `audit_row('member', 'business_id', '')`,
  },
  {
    table: 'subscriptions',
    events: `INSERT OR DELETE OR UPDATE OF plan_id, scheduled_plan_id, status, auto_renew, cancel_at_period_end, ${DATES}, is_current`,
    calls: `audit_row('subscription', 'business_id', '')`,
  },
  {
    table: 'credits',
    events:
      'INSERT OR DELETE OR UPDATE OF feature, granted, reason, granted_by, expires_at, voided_at',
    calls: `audit_row('credit', 'business_id', '')`,
  },
  {
    table: 'applications',
    events: 'INSERT OR DELETE OR UPDATE',
    calls: `audit_row('application', 'business_id', '')`,
  },
];

async function recreate(
  runner: QueryRunner,
  { table, events, calls }: AuditTrigger,
  condition: string,
): Promise<void> {
  if (!(await hasTable(runner, table))) return; // the example product's, which another may have replaced
  await runner.query(`DROP TRIGGER audit_${table} ON ${table}`);
  await runner.query(`
    CREATE TRIGGER audit_${table} AFTER ${events} ON ${table}
    FOR EACH ROW ${condition} EXECUTE FUNCTION ${calls}`);
}

function history(name: string, events: string, condition: string): string {
  return `
    CREATE TRIGGER ${name} AFTER ${events} ON subscriptions
    FOR EACH ROW ${condition} EXECUTE FUNCTION record_subscription_event()`;
}
