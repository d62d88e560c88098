import { problem, ScriptedServer, type Scripted } from '../test/scripted-server.ts';
import { Tenantry } from './client.ts';
import { ConnectionError, UnexpectedAnswerError } from './errors.ts';
import {
  apiKeyRevoke,
  teamMemberAssignRole,
  meGet,
  usageEventRecord,
  auditLogList,
  sessionEnd,
} from './generated/operations.ts';
import { QuotaExceededError, ValidationFailedError } from './generated/problems.ts';

let server: ScriptedServer;
let client: Tenantry;
beforeAll(async () => {
  server = await ScriptedServer.start();
  client = new Tenantry({ baseUrl: server.url, token: 'tns_1' });
});
afterAll(() => server.stop());

const ok: Scripted = { body: {} };
const busy: Scripted = {
  ...(problem(503, 'overloaded') as object),
  headers: { 'retry-after': '0' },
};
const body = { businessId: 'b', feature: 'exports', eventId: 'one', amount: 1 };
const quota = { feature: 'exports', used: 100, limit: 100, remaining: 0 };

describe('a request', () => {
  it('has the path, the query and the body of its parameters', async () => {
    server.answers(ok);
    await client.call(teamMemberAssignRole, { id: 'a/b', body: { role: 'viewer' } });
    await client.call(auditLogList, { limit: 5, from: '2026-11-20T15:36:00+01:00' });
    const [update, list] = server.received;
    expect(update).toMatchObject({ method: 'PATCH', url: '/v1/team-members/a%2Fb' });
    expect(update!.body).toBe('{"role":"viewer"}');
    expect(list!.url).toBe('/v1/audit-log?limit=5&from=2026-11-20T15%3A36%3A00%2B01%3A00');
    expect(list!.body).toBe('');
  });

  it('bears the token, which may be asked for at each request', async () => {
    server.answers(ok);
    let count = 0;
    const asking = client.with({ token: () => Promise.resolve(`tnk_${(count += 1)}`) });
    await client.call(meGet);
    await asking.call(meGet);
    await asking.call(meGet);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer tns_1',
      'Bearer tnk_1',
      'Bearer tnk_2',
    ]);
  });

  it('names the cookie session instead of a token', async () => {
    server.answers(ok);
    await client.with({ session: 'staff', businessId: 'b' }).call(meGet);
    const [{ headers }] = server.received as [(typeof server.received)[0]];
    expect(headers).toMatchObject({ 'tenantry-session': 'staff', 'tenantry-business': 'b' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('has an Idempotency-Key only where the contract takes one, and yours if given', async () => {
    server.answers(ok);
    await client.call(usageEventRecord, { body });
    await client.call(usageEventRecord, { body }, { idempotencyKey: 'mine' });
    await client.call(teamMemberAssignRole, { id: 'a', body: { role: 'viewer' } });
    const keys = server.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-z]+-[0-9a-f]{24}$/), 'mine', undefined]);
  });

  it('answers nothing where there is nothing', async () => {
    server.answers({ status: 204 });
    expect(await client.call(sessionEnd)).toBeUndefined();
    expect(await client.send(sessionEnd)).toMatchObject({ status: 204, data: undefined });
  });
});

describe('a retry', () => {
  it('comes when Retry-After says so, under the same Idempotency-Key', async () => {
    server.answers(busy, busy, ok);
    await client.call(usageEventRecord, { body });
    expect(server.received).toHaveLength(3);
    expect(new Set(server.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('comes after a lost answer', async () => {
    server.answers('cut', ok);
    await client.call(usageEventRecord, { body });
    expect(server.received).toHaveLength(2);
  });

  it('does not come after a lost answer to PATCH, which may have been done', async () => {
    server.answers('cut', ok);
    const failed = client.call(teamMemberAssignRole, { id: 'a', body: { role: 'viewer' } });
    await expect(failed).rejects.toBeInstanceOf(ConnectionError);
    expect(server.received).toHaveLength(1);
  });

  it('comes to PATCH too where nothing was done', async () => {
    const limited = {
      ...(problem(429, 'rate_limited') as object),
      headers: { 'retry-after': '0' },
    };
    server.answers(limited, ok);
    await client.call(teamMemberAssignRole, { id: 'a', body: { role: 'viewer' } });
    expect(server.received).toHaveLength(2);
  });

  it('does not come to a refusal', async () => {
    server.answers(problem(402, 'quota_exceeded', quota));
    await expect(client.call(usageEventRecord, { body })).rejects.toThrow('quota_exceeded');
    expect(server.received).toHaveLength(1);
  });

  it('ends after `retries`, and is not waited for longer than `longestWaitMs`', async () => {
    server.answers(busy);
    await expect(client.call(meGet)).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    expect(server.received).toHaveLength(3);
    server.answers({ ...(busy as object), headers: { 'retry-after': '31' } });
    await expect(client.call(meGet)).rejects.toMatchObject({ retryAfterSeconds: 31 });
    expect(server.received).toHaveLength(1);
  });

  it('ends with the signal, whose reason is thrown', async () => {
    server.answers({ ...(busy as object), headers: { 'retry-after': '20' } });
    const leaving = new AbortController();
    const failed = client.try(meGet, {}, { signal: leaving.signal });
    const reason = new Error('left the page');
    leaving.abort(reason);
    await expect(failed).rejects.toBe(reason);
  });
});

describe('a failure', () => {
  it('is of the class of its code, with its details', async () => {
    server.answers(problem(402, 'quota_exceeded', { ...quota, resetsAt: null }));
    const error = await client.call(usageEventRecord, { body }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(QuotaExceededError);
    expect(error).not.toBeInstanceOf(ValidationFailedError);
    expect((error as QuotaExceededError).details).toMatchObject(quota);
    expect(String(error)).toBe('quota_exceeded: quota_exceeded');
  });

  it('is a value of `try`, told apart by its code', async () => {
    const errors = [{ pointer: '/amount', code: 'min', detail: 'must be 0 or more' }];
    server.answers(problem(422, 'validation_failed', { errors }));
    const outcome = await client.try(usageEventRecord, { body });
    if (outcome.ok || outcome.error.code !== 'validation_failed') throw new Error('not refused');
    expect(outcome.error.details.errors.map(({ pointer }) => pointer)).toEqual(['/amount']);
  });

  it('that is not of the contract keeps what came', async () => {
    server.answers({ status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>proxy' });
    const page = await client.call(meGet).catch((caught: unknown) => caught);
    expect(page).toBeInstanceOf(UnexpectedAnswerError);
    expect(page).toMatchObject({ status: 500, body: '<h1>proxy' });
    server.answers(problem(418, 'invented_later'));
    await expect(client.call(meGet)).rejects.toMatchObject({
      code: 'unexpected_answer',
      body: { code: 'invented_later' },
    });
  });

  it('of the connection is told apart from an answer', async () => {
    server.answers('cut');
    const outcome = await client.with({ retries: 0 }).try(apiKeyRevoke, { id: 'a' });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'connection_failed' } });
  });
});

describe('a list', () => {
  const pages: Scripted[] = [
    { body: { data: [{ id: '1' }, { id: '2' }], nextCursor: 'next' } },
    { body: { data: [{ id: '3' }], nextCursor: null } },
  ];

  it('goes on at the cursor, with the other parameters', async () => {
    server.answers(...pages);
    const ids: string[] = [];
    for await (const { id } of client.list(auditLogList, { limit: 2 })) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(server.received.map(({ url }) => url)).toEqual([
      '/v1/audit-log?limit=2',
      '/v1/audit-log?limit=2&cursor=next',
    ]);
  });

  it('asks for no page that is not read', async () => {
    server.answers(...pages);
    for await (const _ of client.list(auditLogList)) break;
    expect(server.received).toHaveLength(1);
  });
});
