import { onCluster } from './global-setup';
import { TEMPLATE_VARIABLE } from './test-cluster';

/** Called once a project; the first call ends what setup began. */
export default async function tearDown(): Promise<void> {
  const template = process.env[TEMPLATE_VARIABLE];
  if (!template) return;
  delete process.env[TEMPLATE_VARIABLE];
  await onCluster(`DROP DATABASE ${template} WITH (FORCE)`);
  await globalThis.embeddedTestCluster?.release();
}
