import { makeWorld, tokenFor } from '../support/architecture/credentials';
import type { World } from '../support/architecture/examples';
import type { Answer } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { newId } from '../../src/common/ids';
import { ChangeLog, type Change } from '../support/change-log';
import { Contract } from './support/contract';
import { codeOf } from './support/rules';
import { TestApplication } from '../support/test-application';

/* Every verb on every path: those of the document are answered, all others are 405 and say which there are. */

const VERBS = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'],
  ...['MKCOL', 'PURGE', 'SEARCH', 'LOCK', 'REPORT', 'SUBSCRIBE', 'M-SEARCH', 'LINK'],
];

describe('every verb on every path', () => {
  const contract = new Contract();
  const paths = [...new Set(contract.operations.map(({ path }) => path))];
  let server: TestApplication;
  let world: World;
  let log: ChangeLog;
  beforeAll(async () => {
    server = await TestApplication.start();
    world = await makeWorld(server);
    log = await ChangeLog.on(server.database.url);
  });
  afterAll(async () => {
    await log.end();
    await server.stop();
  });

  it.each(paths)('%s', async (path) => {
    const faults: string[] = [];
    for (const verb of VERBS) {
      await log.read();
      const answer = await send(verb, path);
      const changes = await log.read();
      const fault = faultOf(path, verb, answer, changes);
      if (fault) faults.push(`${verb}: ${fault} (${answer.status} ${answer.text.slice(0, 200)})`);
    }
    expect(faults).toEqual([]);
  });

  function send(verb: string, path: string): Promise<Answer> {
    const audience = contract.operations.find((operation) => operation.path === path)!.audience;
    const token = tokenFor(audience, world);
    return sendRaw(server.url, {
      method: verb,
      path: path.replaceAll(/\{\w+\}/g, newId()),
      headers: [
        ['Content-Type', 'application/json'],
        ...(token ? [['Authorization', `Bearer ${token}`] as [string, string]] : []),
      ],
      // An odd field, so that nothing is done.
      body: verb === 'GET' || verb === 'HEAD' ? undefined : '{"surprise":true}',
    });
  }

  function faultOf(path: string, verb: string, answer: Answer, changes: Change[]): string | null {
    const verbs = contract.operations
      .filter((operation) => matches(operation.path, path))
      .map((operation) => operation.verb.toUpperCase());
    // A path may be that of an id, too: /v1/invitations/lookup.
    const isThere = verbs.includes(verb) || (verb === 'HEAD' && verbs.includes('GET'));
    if (answer.status >= 500 || answer.status === 0) return 'no refusal';
    if (answer.headers['x-request-id'] === undefined) return 'without X-Request-Id';
    if (changes.length > 0) return `has changed ${JSON.stringify(changes).slice(0, 300)}`;
    if (isThere) return answer.status === 405 ? 'is documented' : null;
    const code = verb === 'HEAD' ? 'method_not_allowed' : codeOf(answer); // HEAD has no body
    if (answer.status !== 405 || code !== 'method_not_allowed') return 'is not refused';
    const allowed = String(answer.headers['allow']).split(', ');
    return verbs.every((each) => allowed.includes(each)) ? null : `Allow: ${allowed.join(', ')}`;
  }
});

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
}
