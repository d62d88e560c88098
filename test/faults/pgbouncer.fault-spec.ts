import { createApplication } from '../product/support/applications';
import { expectExact } from './support/balance';
import { Deployment } from './support/deployment';
import { FaultCluster } from './support/fault-cluster';
import { Load } from './support/load';
import { PgBouncer } from './support/pgbouncer';
import { expectRevocationHeard } from './support/revocation';
import { scenario } from './support/scenario';

const ENOUGH = 2_000;

describe('PgBouncer in transaction mode', () => {
  let cluster: FaultCluster;
  let bouncer: PgBouncer | null = null;
  let deployment: Deployment | null = null;
  beforeAll(async () => {
    cluster = await FaultCluster.start();
  });
  afterAll(async () => {
    await (deployment?.stop() ?? cluster.drop());
    await bouncer?.stop();
  });

  scenario('stands between two replicas and the database', async ({ random, note }) => {
    bouncer = await PgBouncer.before(cluster.url);
    deployment = await Deployment.start({
      ...{ cluster, replicas: 2, databaseUrl: bouncer.url },
      environment: { ROLES: 'web,worker', DATABASE_DIRECT_URL: cluster.url },
    });
    const { customers, servers } = deployment;
    await createApplication(servers[1]!, customers[0]!);
    const load = new Load({ customers, random, target: (count) => deployment!.url(count) });
    await load.untilMore(ENOUGH);
    await expectRevocationHeard(deployment, note);
    const ledger = await load.stop();

    note({ 'slowest ms': ledger.slowestMs });
    await expectExact(deployment, ledger, note);
    expect(ledger.unanswered).toBe(0);
    expect(Object.keys(ledger.statuses)).toEqual(['201']);
  });
});
