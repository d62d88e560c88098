import { newId } from '../../../src/common/ids';
import { RequestContext } from '../../../src/common/request-context';
import { Business } from '../../../src/modules/businesses/business.entity';
import { Database } from '../../../src/platform/database/database';
import { createApplication } from '../../product/support/applications';
import { signUp, type Customer } from '../../support/customers';
import { storeRecording } from '../../product/support/recordings';
import {
  changeSubscription,
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  readSubscription,
  renewAll,
} from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* What the triggers write into the audit log, in the transaction of the write itself. */

interface AuditRow {
  action: string;
  actor: { kind: string; id: string | null; email: string | null };
  onBehalfOf: string | null;
  targetType: string;
  targetId: string;
  changes: Record<string, [unknown, unknown]>;
  requestId: string;
  supportSessionId: string | null;
  ip: string | null;
}

let server: TestApplication;
let customer: Customer;

beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

/** The audit rows of this business about one kind of thing, oldest first; those of signup only when asked for. */
async function auditRows(targetType: string, action?: string): Promise<AuditRow[]> {
  return server.database.query<AuditRow>(
    `SELECT action, actor, on_behalf_of AS "onBehalfOf", target_type AS "targetType", target_id AS "targetId",
            changes, request_id AS "requestId", support_session_id AS "supportSessionId", ip
     FROM audit_log WHERE business_id = $1 AND target_type = $2 AND action = coalesce($3, action) ORDER BY at, id`,
    [customer.business.id, targetType, action],
  );
}

async function renameBusiness(name: string): Promise<void> {
  const response = await server
    .patch('/v1/business', customer.token, { name })
    .set('x-request-id', 'rename-1');
  expect(response.status).toBe(200);
}

describe('an audit row', () => {
  it('holds the fields that changed, before and after, and who did it', async () => {
    await renameBusiness('New name');
    const rows = await auditRows('business', 'business.update');
    expect(rows).toEqual([
      {
        action: 'business.update',
        actor: { kind: 'person', id: customer.member.id, email: customer.email },
        onBehalfOf: null,
        targetType: 'business',
        targetId: customer.business.id,
        changes: { name: ['Acme', 'New name'] },
        requestId: 'rename-1',
        supportSessionId: null,
        ip: '127.0.0.1',
      },
    ]);
  });

  it('of an insert has nothing before, and no fields that are null', async () => {
    const application = await createApplication(server, customer, 'Shop');
    const [row] = await auditRows('application');
    expect(row).toMatchObject({ action: 'application.create', targetId: application.id });
    expect(row!.changes).toEqual({
      id: [null, application.id],
      business_id: [null, customer.business.id],
      name: [null, 'Shop'],
      origins: [null, []],
      created_at: [null, expect.any(String)],
    });
  });

  it('is not written where nothing changed', async () => {
    await renameBusiness('Acme');
    expect(await auditRows('business', 'business.update')).toEqual([]);
  });

  it('is undone with the transaction', async () => {
    const database = server.app.get(Database);
    const context = RequestContext.job('test.undone', customer.business.id);
    const work = database.transaction(context, async (tx) => {
      await tx.repository(Business).update(customer.business.id, { name: 'Never' });
      throw new Error('undo');
    });
    await expect(work).rejects.toThrow('undo');
    expect(await auditRows('business', 'test.undone')).toEqual([]);
  });

  it('names the support session and the member that staff act through', async () => {
    const [supportSessionId, onBehalfOf, staffId] = [newId(), newId(), newId()];
    const context = new RequestContext({
      action: 'test.support',
      businessId: customer.business.id,
      actor: { kind: 'staff', id: staffId, email: 'staff@example.com' },
      onBehalfOf,
      supportSessionId,
    });
    await server.app
      .get(Database)
      .transaction(context, (tx) =>
        tx.repository(Business).update(customer.business.id, { name: 'Helped' }),
      );
    expect(await auditRows('business', 'test.support')).toMatchObject([
      { actor: { kind: 'staff', id: staffId }, onBehalfOf, supportSessionId, ip: null },
    ]);
  });

  it('of a write that came past the application says that the database did it', async () => {
    await server.database.query('UPDATE businesses SET name = $2 WHERE id = $1', [
      customer.business.id,
      'By hand',
    ]);
    expect(await auditRows('business', 'database.update')).toMatchObject([
      { actor: { kind: 'database', id: null }, changes: { name: ['Acme', 'By hand'] } },
    ]);
  });
});

describe('secrets', () => {
  it('are masked: a change of one is told, its value is not', async () => {
    const [session] = await auditRows('session');
    expect(session!.changes.token_hash).toEqual(['***', '***']);
    const [key] = await auditRows('api_key');
    expect(key!.changes.token_hash).toEqual(['***', '***']);
    const [user] = await server.database.query<Pick<AuditRow, 'changes'>>(
      `SELECT changes FROM audit_log WHERE target_type = 'user' AND changes -> 'email' ->> 1 = $1`,
      [customer.email],
    );
    expect(user!.changes.password_hash).toEqual(['***', '***']);
  });

  it('stand nowhere in the log', async () => {
    const [leaks] = await server.database.query<{ hashes: number; found: number }>(
      `WITH secret AS (
         SELECT password_hash AS text FROM users
         UNION ALL SELECT encode(token_hash, 'hex') FROM sessions
         UNION ALL SELECT encode(token_hash, 'hex') FROM api_keys
       )
       SELECT (SELECT count(*)::integer FROM secret) AS hashes,
              (SELECT count(*)::integer FROM audit_log AS row JOIN secret
               ON strpos(row::text, secret.text) > 0 OR strpos(row::text, $1) > 0 OR strpos(row::text, $2) > 0) AS found`,
      [customer.token, customer.key],
    );
    expect(leaks!.hashes).toBeGreaterThanOrEqual(3);
    expect(leaks!.found).toBe(0);
  });

  it('the payload of a deleted recording is masked too', async () => {
    const { id } = await storeRecording(server, customer, {
      device: { model: 'A device to forget' },
      metadata: { note: 'A note to forget' },
    });
    await server.delete(`/v1/recordings/${id}`, customer.token);
    const [row] = await auditRows('recording');
    expect(row).toMatchObject({ action: 'recording.delete', targetId: id });
    expect(row!.changes).toMatchObject({ device: ['***', '***'], metadata: ['***', '***'] });
    expect(JSON.stringify(row)).not.toContain('to forget');
  });
});

describe('renewal', () => {
  it('writes no audit row where it is a plain one: its period is its record', async () => {
    await storeRecording(server, customer);
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const { periodOrdinal } = await readSubscription(server.database, customer.business.id);
    expect(periodOrdinal).toBe(2);
    expect(await auditRows('subscription', 'subscription.renew')).toEqual([]);
  });

  it('writes one where the state changes, in the name of the job', async () => {
    const businessId = customer.business.id;
    await changeSubscription(server.database, businessId, { autoRenew: false });
    const { id, periodEnd } = await readSubscription(server.database, businessId);
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const rows = await auditRows('subscription', 'subscription.renew');
    expect(rows).toMatchObject([{ actor: { kind: 'job' }, targetId: id, ip: null }]);
    expect(rows[0]!.changes).toEqual({
      status: ['active', 'expired'],
      ended_at: [null, expect.any(String)],
    });
    const [, endedAt] = rows[0]!.changes.ended_at!;
    expect(new Date(String(endedAt))).toEqual(periodEnd);
  });
});
