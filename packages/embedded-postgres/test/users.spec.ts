import { chmodSync, chownSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../src/process-identity';
import { makeCompleteCheckout } from './support/checkout';
import { open } from './support/database';
import { killLauncherProcesses, LauncherProcess } from './support/launcher-process';
import {
  clearSandboxes,
  homeOf,
  isServerRunning,
  makeSandbox,
  readServerPid,
} from './support/sandbox';

jest.setTimeout(60_000);

/** For what only root has to do. */
const itAsRoot = process.geteuid?.() === 0 ? it : it.skip;
const NOBODY = { uid: 65_534, gid: 65_534 };

let original: string;

beforeAll(async () => {
  original = join(makeSandbox(), '.data');
  const database = await open(original);
  await database.release();
});

afterAll(async () => {
  await killLauncherProcesses();
  clearSandboxes();
});

describe('users', () => {
  itAsRoot(
    'root under a private home: the database lives where its user can reach it',
    async () => {
      const checkout = makeSandbox(0o700);
      const privateScript = makeCompleteCheckout(checkout);
      const start = (name: string) =>
        new LauncherProcess({
          script: privateScript,
          database: { dataDirectory: join(checkout, name) },
        });
      const launchers = [start('.data'), start('.data'), start('.test-data')];
      const [one, two, other] = await Promise.all(launchers.map((each) => each.opened()));
      expect([one?.outcome, two?.outcome].sort()).toEqual(['created', 'reused']);
      expect([one?.port === two?.port, one?.port === other?.port]).toEqual([true, false]);
      expect(statSync(join(homeOf(join(checkout, '.data')), 'data')).uid).not.toBe(0);
      expect(statSync(join(checkout, '.data')).uid).toBe(0);
      const shelf = shelfOf(readServerPid(join(checkout, '.data')));
      await Promise.all(launchers.map((launcher) => launcher.release()));

      // A cleaner of temporary directories took a file: copied again.
      rmSync(join(shelf, 'package/native/bin/initdb'));
      const healed = start('.data');
      expect((await healed.opened()).outcome).toBe('started');
      await healed.release();
      expect(existsSync(join(shelf, 'package/native/bin/initdb'))).toBe(true);

      // Another user could have changed a binary: not run.
      chmodSync(join(shelf, 'package/native/bin/postgres'), 0o777);
      await expect(start('.data').opened()).rejects.toThrow(/can be changed by other users/);
      rmSync(shelf, { recursive: true });
    },
  );

  itAsRoot('another user works directly, and is told whose database it is not', async () => {
    const checkout = makeSandbox();
    const ownScript = makeCompleteCheckout(checkout);
    chownSync(checkout, NOBODY.uid, NOBODY.gid);
    // Links are made by the installing user; here that was root.
    const asRoot = new LauncherProcess({
      script: ownScript,
      database: { dataDirectory: original },
    });
    await asRoot.opened();
    const start = (dataDirectory: string) =>
      new LauncherProcess({ script: ownScript, database: { dataDirectory }, user: NOBODY });
    const own = start(join(checkout, '.data'));
    expect((await own.opened()).outcome).toBe('created');
    expect(statSync(join(checkout, '.data/postgres/data')).uid).toBe(NOBODY.uid);
    await expect(open(join(checkout, '.data'))).rejects.toThrow(/belongs to another user/);
    await expect(start(original).opened()).rejects.toThrow(/belongs to another user/);
    await own.release();
    await asRoot.release();
    expect(isServerRunning(join(checkout, '.data'))).toBe(false);
  });

  function shelfOf(serverPid: number): string {
    return /^\S+?embedded-postgres-\w+/.exec(readCommandLine(serverPid))?.[0] ?? '';
  }
});
