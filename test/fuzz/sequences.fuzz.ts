import * as fc from 'fast-check';
import { LONG_SESSIONS, resetClock } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';
import { ChangeLog } from '../support/change-log';
import { Contract } from './support/contract';
import { listBroken, readStates } from './support/invariants';
import { makeMove, MOVES, type Draw } from './support/moves';
import { expectHeld, runs } from './support/runs';
import { Stage } from './support/stage';

/* Several people of several businesses and staff act in any order; what is promised holds after each move. */

const LONGEST_SEQUENCE = 60;

type Step = [move: string, draw: Draw];

describe('a sequence of moves', () => {
  const contract = new Contract();
  let server: TestApplication;
  let log: ChangeLog;
  let moves = 0;
  let succeeded = 0;
  beforeAll(async () => {
    server = await TestApplication.start(LONG_SESSIONS);
    log = await ChangeLog.on(server.database.url);
  });
  afterAll(async () => {
    console.log(`${moves} requests in sequences, ${succeeded} of them with success`);
    await log.end();
    await server.stop();
  });

  it('keeps counters, seats, owners, subscriptions and tenants as they have to be', async () => {
    const property = fc.asyncProperty(steps(), async (sequence) => {
      resetClock(server);
      const stage = await Stage.set(server, log, contract);
      try {
        await play(stage, sequence);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${stage.story.join('\n')}`, { cause: error });
      }
      moves += stage.story.length;
      succeeded += stage.story.filter((line) => / → 2\d\d$/.test(line)).length;
    });
    expectHeld(await fc.check(property, runs<[Step[]]>(40)));
  });

  async function play(stage: Stage, sequence: Step[]): Promise<void> {
    let before = await readStates(stage);
    for (const [move, draw] of sequence) {
      stage.stored = 0;
      await makeMove(stage, move, draw);
      const after = await readStates(stage);
      const broken = listBroken(move, stage.stored, before, after);
      if (after.size !== stage.tenants.length) broken.push('a business has lost its subscription');
      if (broken.length > 0) throw new Error(`after "${move}" ${broken.join('\n')}`);
      before = after;
    }
    await expectVerified(stage);
  }

  /** The server says of each business what its rows say. */
  async function expectVerified(stage: Stage): Promise<void> {
    for (const tenant of stage.tenants) {
      const name = 'GET /v1/usage/recordings/verify';
      const { answer } = await stage.asMember(tenant, tenant.people[0]!, name);
      if (answer.status === 200) expect(answer.text).toContain('"equal":true');
    }
  }
});

function steps(): fc.Arbitrary<Step[]> {
  const draw = fc.record({ tenant: fc.nat(3), actor: oftenFirst(), pick: fc.nat(5_000) });
  const step = fc.tuple(fc.constantFrom(...Object.keys(MOVES)), draw);
  return fc.array(step, { minLength: 1, maxLength: LONGEST_SEQUENCE, size: 'max' });
}

/** The owner does most. */
function oftenFirst(): fc.Arbitrary<number> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) });
}
