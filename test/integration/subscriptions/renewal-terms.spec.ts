import { RenewalRepository } from '../../../src/modules/subscriptions/renewal/renewal.repository';
import { insertDueBusinesses, renewAll } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* A plan that changes while a renewal runs. */

let server: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

const NEW_VERSION = `
  INSERT INTO plan_versions (plan_id, version, price_amount, price_currency, interval_unit, interval_count, created_at)
  SELECT plan_versions.plan_id, version + 1, price_amount, price_currency, interval_unit, interval_count, now()
  FROM plan_versions JOIN subscriptions ON (subscriptions.plan_id, plan_version) = (plan_versions.plan_id, version) WHERE business_id = $1`;

it('a business that moves to a new version just before its batch is claimed is renewed by it', async () => {
  const [businessId] = await insertDueBusinesses(server.database, 2);
  const renewals = server.app.get(RenewalRepository);
  const claimDue = renewals.claimDue.bind(renewals);
  jest.spyOn(renewals, 'claimDue').mockImplementationOnce(async (tx, businessIds) => {
    await server.database.query(NEW_VERSION, [businessId]);
    await server.database.query(
      'UPDATE subscriptions SET plan_version = plan_version + 1 WHERE business_id = $1',
      [businessId],
    );
    return claimDue(tx, businessIds);
  });
  expect(await renewAll(server)).toMatchObject({ renewed: 2 });
});
