import { TEMPLATE_VARIABLE, dropDatabase } from './test-cluster';

/** Called once a project; the first call ends what setup began. */
export default async function tearDown(): Promise<void> {
  const template = process.env[TEMPLATE_VARIABLE];
  if (!template) return;
  delete process.env[TEMPLATE_VARIABLE];
  await dropDatabase(template);
  await globalThis.embeddedTestCluster?.release();
}
