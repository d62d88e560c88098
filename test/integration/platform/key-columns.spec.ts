import { createApplication } from '../../product/support/applications';
import { signUp, type Customer } from '../../support/customers';
import { storeRecording } from '../../product/support/recordings';
import { addMember } from '../../support/members';
import { addStaff } from '../../support/staff';
import { ONE_DAY_MS, renewAll } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/**
 * Refuses each UPDATE that names a key column, were it set to itself: such an UPDATE cannot be distributed, and every
 * index of the row is written needlessly. one_time_keys get a new id on purpose: the older key is void.
 */
const REFUSE = `
  CREATE FUNCTION refuse_key_update() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'an UPDATE of % names a key column', TG_TABLE_NAME; END $$;
  DO $$
  DECLARE keyed record;
  BEGIN
    FOR keyed IN
      SELECT conrelid::regclass AS name, string_agg(quote_ident(attname), ', ') AS columns
      FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
      WHERE contype = 'p' AND connamespace = 'tenantry'::regnamespace AND conrelid::regclass::text <> 'one_time_keys'
      GROUP BY conrelid
    LOOP
      EXECUTE format('CREATE TRIGGER refuse_key_update BEFORE UPDATE OF %s ON %s EXECUTE FUNCTION refuse_key_update()',
                     keyed.columns, keyed.name);
    END LOOP;
  END $$`;

describe('an UPDATE names no key column', () => {
  let server: TestApplication;
  let acme: Customer;
  let staff: string;
  beforeAll(async () => {
    server = await TestApplication.start();
    await server.database.query(REFUSE);
    acme = await signUp(server);
    staff = (await addStaff(server)).token;
  });
  afterAll(() => server.stop());

  it('is watched over', async () => {
    const touch = server.database.query('UPDATE businesses SET id = id');
    await expect(touch).rejects.toThrow('an UPDATE of businesses names a key column');
  });

  async function planId(slug: string): Promise<string> {
    const [plan] = await server.database.query<{ id: string }>(
      'SELECT id FROM plans WHERE slug = $1',
      [slug],
    );
    return plan!.id;
  }

  it('of a business, its people and its things', async () => {
    const { id } = await createApplication(server, acme);
    const recording = await storeRecording(server, acme, { applicationId: id });
    await server.delete(`/v1/recordings/${recording.id}`, acme.token).expect(204);
    await server.patch(`/v1/applications/${id}`, acme.token, { name: 'Other' }).expect(200);
    await server.delete(`/v1/applications/${id}`, acme.token).expect(204);
    await server.patch('/v1/business', acme.token, { name: 'Other' }).expect(200);
    await server.patch('/v1/me', acme.token, { fullName: 'Other' }).expect(200);
    const { id: memberId } = await addMember(server, acme, 'member');
    const path = `/v1/team-members/${memberId}`;
    await server.patch(path, acme.token, { role: 'viewer' }).expect(200);
    await server.post(`${path}/deactivate`, acme.token).expect(200);
  });

  it('of a key', async () => {
    const rotation = { overlapSeconds: 3600 };
    await server.post(`/v1/api-keys/${acme.apiKey.id}/rotate`, acme.token, rotation).expect(201);
  });

  it('of a subscription', async () => {
    const { business } = acme;
    const assigned = { planId: await planId('unlimited'), reason: 'A beta user' };
    await server
      .send('put', `/v1/staff/businesses/${business.id}/subscription`, staff)
      .send(assigned)
      .expect(200);
    await server.post('/v1/subscription/cancel', acme.token, { when: 'period_end' }).expect(200);
    await server.post('/v1/subscription/uncancel', acme.token).expect(200);
    await server.post('/v1/subscription/pause', acme.token).expect(200);
    await server.post('/v1/subscription/resume', acme.token).expect(200);
  });

  it('of a plan', async () => {
    const path = `/v1/staff/plans/${await planId('unlimited')}`;
    await server.patch(path, staff, { name: 'Boundless' }).expect(200);
  });

  it('at a renewal', async () => {
    server.clock.moveBy(40 * ONE_DAY_MS);
    expect((await renewAll(server)).renewed).toBeGreaterThan(0);
  });
});
