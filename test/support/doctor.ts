import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { examine } from '../../src/cli/doctor/examine';
import type { Finding } from '../../src/cli/doctor/finding';
import type { Config } from '../../src/platform/config/config';
import { testConfig } from './test-config';
import type { TestDatabase } from './test-database';

/** Runs the doctor. @returns its findings by check */
export async function findingsOf(
  database: TestDatabase,
  changes: Partial<Config> = {},
): Promise<Map<string, Finding>> {
  const findings = await examine(testConfig(database.url, changes));
  return new Map(findings.map((finding) => [finding.check, finding]));
}

/** Runs the doctor. @returns the finding of one check */
export async function findingOf(
  database: TestDatabase,
  check: string,
  changes: Partial<Config> = {},
): Promise<Finding> {
  const finding = (await findingsOf(database, changes)).get(check);
  if (!finding) throw new Error(`there is no check ${check}`);
  return finding;
}

/** A failing check says what to do; a passing one has no fix. */
export function expectStatus(
  finding: Finding,
  status: Finding['status'],
  detail: RegExp,
  fix?: RegExp,
): void {
  expect(finding).toMatchObject({ status, detail: expect.stringMatching(detail) as string });
  if (status === 'ok') expect(finding.fix).toBeNull();
  else expect(finding.fix).toMatch(fix!);
}

/** Listens on a free port of this machine. */
export async function listen(server: Server): Promise<{ server: Server; url: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}
