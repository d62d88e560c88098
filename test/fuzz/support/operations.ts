import * as fc from 'fast-check';
import type { Audience } from '../../../src/common/access/access.decorator';
import { exampleOf } from '../../support/architecture/examples';
import type { Operation } from '../../support/architecture/openapi';
import { casesOf, type Case } from './cases';
import { Contract } from './contract';
import { exchange, type Exchange } from './exchange';
import { faultOfTenants, listFaults, showExchange } from './rules';
import { expectHeld, isWholeRun, runs } from './runs';
import { Target } from './target';

/** One test an operation of these audiences: random requests, and what has to hold for each. */
export function fuzzOperations(audiences: Audience[], usual: number): void {
  const contract = new Contract();
  const operations = contract.operations.filter(({ audience }) => audiences.includes(audience));
  let target: Target;
  const seen = new Map<string, number>();
  const startedAt = performance.now();
  beforeAll(async () => {
    target = await Target.start();
  });
  afterAll(async () => {
    await target.stop();
    const requests = [...seen.values()].reduce((sum, count) => sum + count, 0);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const figures = `${operations.length} operations, ${requests} requests in ${seconds} s`;
    console.log(`${figures}: ${tally(seen)}`);
  });

  it.each(operations.map((operation): [string, Operation] => [operation.name, operation]))(
    '%s',
    async (_, operation) => {
      const understood = { times: 0 };
      const property = fc.asyncProperty(casesOf(operation, contract), async (drawn: Case) => {
        const exchanged = await exchange(target, operation, drawn);
        count(seen, String(exchanged.answer.status));
        understood.times += Number(isUnderstood(operation, exchanged));
        expectRulesKept(exchanged, contract, target);
      });
      expectHeld(await fc.check(property, runs(usual)));
      if (isWholeRun()) expect(understood.times).toBeGreaterThan(0);
    },
  );

  it('leaves the server alive', async () => {
    const { status } = await target.server.get('/health/live');
    expect(status).toBe(200);
  });
}

/** Refused by what there is and not by how it was asked, or done: the request was understood. */
function isUnderstood(operation: Operation, { answer }: Exchange): boolean {
  const { answers } = exampleOf(operation);
  return answer.status < 300 || [answers, 402, 409].includes(answer.status);
}

function expectRulesKept(exchanged: Exchange, contract: Contract, target: Target): void {
  const [own, other] = [target.world, target.other].map(({ customer }) => customer.business.id);
  const faults = [...listFaults(exchanged, contract), faultOfTenants(exchanged, own!, other!)];
  const found = faults.filter((fault) => fault !== null);
  if (found.length > 0) throw new Error(`${found.join('\n')}\n${showExchange(exchanged)}`);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function tally(counts: Map<string, number>): string {
  return [...counts]
    .sort()
    .map(([status, times]) => `${times} × ${status}`)
    .join(', ');
}
