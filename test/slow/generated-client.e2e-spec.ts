import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestApplication } from '../support/test-application';

/* A client made from openapi.json, as a customer's front end has it: its types suffice, without a cast. */

const runFile = promisify(execFile);
const ROOT = join(__dirname, '../..');
const GENERATOR = join(ROOT, 'node_modules/@hey-api/openapi-ts/bin/run.js');
const COMPILER = join(ROOT, 'node_modules/typescript-native/bin/tsc');

/** What an application does first, and how it reads the refusals that a person or a retry has to know of. */
const TOUR = `
import {
  apiKeyCreate, applicationCreate, auditLogList, businessSignUp, meGet, recordingCreate, recordingCreateBatch, sdkStatus,
} from './client/index.js';
import { createClient } from './client/client/index.js';
import type { Action, CreateRecordingRequest, Permission, RecordingResponse, Role } from './client/index.js';

export async function tour(baseUrl: string): Promise<string[]> {
  const client = createClient({ baseUrl });
  const said: string[] = [];
  const body = { businessName: 'Acme', fullName: 'Ada', email: 'ada@example.com', password: 'eleven green bottles' };
  const signedUp = await businessSignUp({ client, body, headers: { 'Idempotency-Key': crypto.randomUUID() } });
  if (signedUp.error) throw new Error(signedUp.error.code);
  if (!('apiKey' in signedUp.data)) throw new Error('joined a business');
  const { session, subscription } = signedUp.data;
  const dashboard = createClient({ baseUrl, auth: session.token });
  said.push(\`\${subscription.plan.slug} \${subscription.usage.recordings.limit}\`);

  const created = await applicationCreate({ client: dashboard, body: { name: 'Shop', platform: 'ios' } });
  const second = await applicationCreate({ client: dashboard, body: { name: 'Another' } });
  if (second.error?.code === 'limit_reached') said.push(tellLimit(second.error));
  const key = await apiKeyCreate({ client: dashboard, body: { name: 'Phones' } });
  if (!created.data || !key.data) throw new Error('not created');
  const sdk = createClient({ baseUrl, auth: key.data.key });

  const applicationId = created.data.id;
  const first = await recordingCreate({ client: sdk, body: aRecording(applicationId) });
  if (first.data) said.push(\`\${first.data.usage.used} of \${first.data.usage.limit}\`);
  const recordings = Array.from({ length: 100 }, () => aRecording(applicationId));
  const batch = await recordingCreateBatch({ client: sdk, body: { recordings } });
  const stored: RecordingResponse[] = [];
  for (const result of batch.data?.results ?? []) {
    if ('recording' in result) stored.push(result.recording);
    else if (result.problem.code === 'quota_exceeded') said.push(\`stored \${stored.length}, then \${result.problem.explanation}\`);
  }
  const refused = await recordingCreate({ client: sdk, body: aRecording(applicationId) });
  if (refused.error?.code === 'quota_exceeded') {
    const { feature, used, limit, remaining, resetsAt, upgradeUrl } = refused.error;
    said.push(\`\${feature} \${used}/\${limit} \${remaining} \${resetsAt !== null && new Date(resetsAt) > new Date(0)} \${upgradeUrl}\`);
  }
  const wrong = await recordingCreate({ client: sdk, body: { ...aRecording(applicationId), durationMs: -1 } });
  if (wrong.error?.code === 'validation_failed')
    said.push(wrong.error.errors.map(({ pointer }) => pointer).join());

  const me = await meGet({ client: dashboard });
  const permissions: Permission[] = me.data?.permissions ?? [];
  const role: Role | null | undefined = me.data?.member?.role;
  said.push(\`\${role} \${permissions.includes('billing:write')}\`);
  const log = await auditLogList({ client: dashboard, query: { action: 'application.create' } });
  const actions: Action[] = log.data?.data.map(({ action }) => action) ?? [];
  said.push([...new Set(actions)].join());

  for (let asked = 0; asked < 50; asked += 1) {
    const { error, response } = await sdkStatus({ client: sdk });
    if (error?.code !== 'rate_limited') continue;
    said.push(\`\${error.status}, again in \${Number(response?.headers.get('retry-after')) > 0}\`);
    break;
  }
  return said;
}

function tellLimit({ feature, used, limit, upgradeUrl }: { feature: string; used: number; limit: number; upgradeUrl: string }): string {
  return \`\${feature} \${used}/\${limit} \${upgradeUrl}\`;
}

function aRecording(applicationId: string): CreateRecordingRequest {
  return { externalId: crypto.randomUUID(), applicationId, startedAt: new Date(0).toISOString(), durationMs: 1 };
}
`;

const STRICT = {
  ...{ strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
  ...{ module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
  ...{ rootDir: '.', outDir: 'made' },
};

let folder: string;
let server: TestApplication;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-client-'));
  server = await TestApplication.start({ rateLimitRequests: 30 });
  const openapi = join(ROOT, 'openapi.json');
  const parameters = ['-i', openapi, '-o', join(folder, 'client'), '-c', '@hey-api/client-fetch'];
  await runFile(process.execPath, [GENERATOR, ...parameters, '--no-log-file'], { cwd: folder });
  await writeFile(join(folder, 'tour.ts'), TOUR);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT }));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it('compiles without a cast', async () => {
  expect(TOUR).not.toMatch(/\bas (?!const)|\bany\b|\bunknown\b|!\./);
  const compiling = runFile(process.execPath, [COMPILER, '-p', folder]);
  const output = await compiling.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(output).toBe('');
});

it('reads what the server says', async () => {
  const tour = join(folder, 'made/tour.js');
  const script = `import { tour } from ${JSON.stringify(tour)};
    console.log(JSON.stringify(await tour(${JSON.stringify(server.url)})));`;
  const { stdout } = await runFile(process.execPath, ['--input-type=module', '-e', script]);
  expect(JSON.parse(stdout)).toEqual([
    'free 100',
    'applications 1/1 http://app.test/billing',
    '1 of 100',
    expect.stringContaining('stored 99, then All 100 recordings') as string,
    'recordings 100/100 0 true http://app.test/billing',
    '/durationMs',
    'owner true',
    'application.create',
    '429, again in true',
  ]);
});
