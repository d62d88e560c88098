import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { locateHome } from '../src/database-home';
import { findDatabaseUser } from '../src/database-user';
import { Deadline } from '../src/deadline';
import type { EmbeddedPostgres } from '../src/embedded-postgres';
import { choosePort } from '../src/ports';
import { prepareBinaries } from '../src/postgres-binaries';
import { readLastPort } from '../src/postmaster-file';
import { startServer } from '../src/server-process';
import { makeCheckout } from './support/checkout';
import {
  NAME,
  assertAnswers,
  dropApplicationDatabase,
  open,
  query,
  readNotes,
  untilUsedBy,
  writeNote,
} from './support/database';
import { killLauncherProcesses, LauncherProcess } from './support/launcher-process';
import {
  clearSandboxes,
  copyDataDirectory,
  homeOf,
  isServerRunning,
  makeSandbox,
  readServerPid,
  until,
} from './support/sandbox';

/* The embedded PostgreSQL, with real processes; nothing is mocked. */

jest.setTimeout(60_000);

let script: string;
/** A cluster made once and stopped, for the tests to copy: faster than initdb. */
let original: string;

beforeAll(async () => {
  script = makeCheckout(makeSandbox());
  original = join(makeSandbox(), '.data');
  const database = await open(original);
  await database.release();
});

afterAll(async () => {
  await killLauncherProcesses();
  clearSandboxes();
});

const launch = (dataDirectory: string) =>
  new LauncherProcess({ script, database: { dataDirectory } });

async function killServer(dataDirectory: string): Promise<void> {
  process.kill(readServerPid(dataDirectory), 'SIGKILL');
  await until(() => !isServerRunning(dataDirectory));
}

/** PostgreSQL ends all sessions when one of them was killed, and recovers. */
async function crashSession(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const ended = new Promise((resolve) => client.once('end', resolve)); // events.once would reject at 'error'
  process.kill(rows[0]!.pid, 'SIGKILL');
  await ended;
}

async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe('a new database', () => {
  let database: EmbeddedPostgres;
  let dataDirectory: string;

  beforeAll(async () => {
    dataDirectory = join(makeSandbox(), '.data');
    database = await open(dataDirectory, { createDatabases: true });
  });
  afterAll(() => database.release());

  it('is created, and reused by the next process', async () => {
    const next = await open(dataDirectory);
    expect([database.outcome, next.outcome]).toEqual(['created', 'reused']);
    expect(next.url).toBe(database.url);
    await next.release();
    expect(isServerRunning(dataDirectory)).toBe(true);
  });

  it('gives the application a role that row-level security holds for', async () => {
    const attributes = 'rolsuper, rolbypassrls, rolcreaterole, rolreplication, rolcreatedb';
    const text = `select rolname, ${attributes} from pg_roles where rolname = current_user`;
    expect(await query(database.url, text)).toEqual([
      {
        ...{ rolname: NAME, rolsuper: false, rolbypassrls: false },
        ...{ rolcreaterole: false, rolreplication: false, rolcreatedb: true },
      },
    ]);
  });

  it('belongs to that role, in UTF-8 with the built-in locale', async () => {
    const columns = `datname, pg_get_userbyid(datdba) as owner, datlocprovider, datlocale,
      pg_encoding_to_char(encoding) as encoding`;
    const text = `select ${columns} from pg_database where datname = current_database()`;
    expect(await query(database.url, text)).toEqual([
      {
        ...{ datname: NAME, owner: NAME, encoding: 'UTF8' },
        ...{ datlocprovider: 'b', datlocale: 'C.UTF-8' },
      },
    ]);
  });

  it('lets the role make databases only where that was asked for', async () => {
    const plain = await open(copyDataDirectory(original));
    await expect(query(plain.url, 'create database other')).rejects.toThrow(/permission denied/);
    await plain.release();
    await query(database.url, `create database other template ${NAME}`);
  });

  it.each(['', 'Notes', 'a; drop role postgres', 'a'.repeat(64)])(
    'has no role called %j',
    async (name) => {
      await expect(open(dataDirectory, { name })).rejects.toThrow(/cannot name a role/);
    },
  );

  it('keeps its passwords to the user who made it', () => {
    const { mode, uid } = statSync(join(homeOf(dataDirectory), 'credentials.json'));
    expect([mode & 0o777, uid]).toEqual([0o600, process.geteuid?.()]);
  });
});

describe('several processes', () => {
  it('make one cluster when they start first at once', async () => {
    const dataDirectory = join(makeSandbox(), '.data');
    const launchers = [launch(dataDirectory), launch(dataDirectory), launch(dataDirectory)];
    const opened = await Promise.all(launchers.map((launcher) => launcher.opened()));
    expect(opened.map(({ outcome }) => outcome).sort()).toEqual(['created', 'reused', 'reused']);
    for (const each of opened) await writeNote(each, each.outcome);
    expect(await readNotes(opened[0]!)).toEqual(['created', 'reused', 'reused']);
    await Promise.all(launchers.map((launcher) => launcher.release()));
    expect(isServerRunning(dataDirectory)).toBe(false);
  });

  it('keep the server until the last one is out', async () => {
    const dataDirectory = copyDataDirectory(original);
    const [first, last] = [launch(dataDirectory), launch(dataDirectory)];
    const [, opened] = await Promise.all([first.opened(), last.opened()]);
    await first.release();
    await assertAnswers(opened);
    await last.release();
    expect(isServerRunning(dataDirectory)).toBe(false);
  });

  it('keep it after a crash from which the server recovers by itself', async () => {
    const dataDirectory = copyDataDirectory(original);
    const [first, last] = [launch(dataDirectory), launch(dataDirectory)];
    const [, opened] = await Promise.all([first.opened(), last.opened()]);
    await crashSession(opened.url);
    await untilUsedBy(2, dataDirectory, opened.port);
    await first.release();
    await assertAnswers(opened);
    await last.release();
    expect(isServerRunning(dataDirectory)).toBe(false);
  });

  it('do not stop the server under one that starts at that moment', async () => {
    const dataDirectory = copyDataDirectory(original);
    let current = await open(dataDirectory);
    for (let round = 0; round < 5; round += 1) {
      const [next] = await Promise.all([open(dataDirectory), current.release()]);
      await assertAnswers(next);
      current = next;
    }
    await current.release();
    expect(isServerRunning(dataDirectory)).toBe(false);
  });

  it('leave the database to the next when one is killed', async () => {
    const dataDirectory = copyDataDirectory(original);
    const killed = launch(dataDirectory);
    await writeNote(await killed.opened(), 'by the dead');
    await killed.kill();
    const next = await open(dataDirectory);
    expect(next.outcome).toBe('reused');
    expect(await readNotes(next)).toEqual(['by the dead']);
    await next.release();
    expect(isServerRunning(dataDirectory)).toBe(false);
  });

  it('end without releasing, though the database is open, and leave it running', async () => {
    const dataDirectory = copyDataDirectory(original);
    const launcher = new LauncherProcess({ script, database: { dataDirectory }, mode: 'leave' });
    await launcher.end();
    expect(isServerRunning(dataDirectory)).toBe(true);
    const next = await open(dataDirectory);
    await next.release();
  });

  it('have databases of their own in checkouts side by side, even in one copied as it ran', async () => {
    const dataDirectory = copyDataDirectory(original);
    const first = await open(dataDirectory);
    const second = await open(copyDataDirectory(dataDirectory));
    expect(second.outcome).toBe('recovered');
    expect(second.port).not.toBe(first.port);
    await writeNote(first, 'only in the first');
    await expect(readNotes(second)).rejects.toThrow(/does not exist/);
    await Promise.all([first.release(), second.release()]);
  });
});

describe('after an accident', () => {
  it('recovers what was committed when the server was killed', async () => {
    const dataDirectory = copyDataDirectory(original);
    const before = await open(dataDirectory);
    await writeNote(before, 'committed');
    await killServer(dataDirectory);
    const after = await open(dataDirectory);
    expect(after.outcome).toBe('recovered');
    expect(await readNotes(after)).toEqual(['committed']);
    await before.release();
    expect(isServerRunning(dataDirectory)).toBe(true);
    await after.release();
    expect(isServerRunning(dataDirectory)).toBe(false);
  });

  it('can be released when the server is dead and its directory gone', async () => {
    const dataDirectory = copyDataDirectory(original);
    const [one, two] = [await open(dataDirectory), await open(dataDirectory)];
    await killServer(dataDirectory);
    await one.release();
    rmSync(dataDirectory, { recursive: true });
    await two.release();
    await expect(two.release()).resolves.toBeUndefined();
  });

  it('waits for a server that is shutting down', async () => {
    const dataDirectory = copyDataDirectory(original);
    const before = await open(dataDirectory);
    process.kill(readServerPid(dataDirectory), 'SIGINT');
    const after = await open(dataDirectory);
    await assertAnswers(after);
    await before.release();
    await after.release();
  });

  it('sees through a pid file whose pid and port belong to others now', async () => {
    const dataDirectory = copyDataDirectory(original);
    const cluster = join(homeOf(dataDirectory), 'data');
    // Of the same user, so PostgreSQL itself would take it for a server.
    const stranger = spawn('sleep', ['600'], { ...findDatabaseUser(), stdio: 'ignore' });
    const listener = await listen();
    const lines = [stranger.pid, cluster, 1, portOf(listener), '', '127.0.0.1', '1 1', 'ready   '];
    writeFileSync(join(cluster, 'postmaster.pid'), `${lines.join('\n')}\n`);
    const database = await open(dataDirectory);
    expect(database.outcome).toBe('recovered');
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    await database.release();
    stranger.kill();
    listener.close();
  });

  it('starts over when the first process was killed in the middle of initdb', async () => {
    const dataDirectory = join(makeSandbox(), '.data');
    const home = join(dataDirectory, 'postgres');
    const entries = () => (existsSync(home) ? readdirSync(home) : []);
    const launcher = launch(dataDirectory);
    await until(() => entries().some((name) => existsSync(join(home, name, 'data/base'))));
    await launcher.kill();
    expect(entries()).not.toContain('data');
    const database = await open(dataDirectory);
    expect(database.outcome).toBe('created');
    await database.release();
  });

  it('makes role and database when the first process was killed before them', async () => {
    const dataDirectory = copyDataDirectory(original);
    const first = await open(dataDirectory);
    await dropApplicationDatabase(dataDirectory, first.port);
    const second = await open(dataDirectory);
    await writeNote(second, 'there again');
    await Promise.all([first.release(), second.release()]);
  });

  it('tells what the server said when it does not start', async () => {
    const dataDirectory = copyDataDirectory(original);
    writeFileSync(join(homeOf(dataDirectory), 'data/postgresql.conf'), 'no_such_setting = 1\n');
    await expect(open(dataDirectory)).rejects.toThrow(/parameter "no_such_setting"/);
  });
});

describe('the port', () => {
  it('is remembered, and another where it is taken', async () => {
    const dataDirectory = copyDataDirectory(original);
    const first = await open(dataDirectory);
    await first.release();
    expect(readLastPort(join(homeOf(dataDirectory), 'data'))).toBe(first.port);
    const squatter = await listen();
    expect(await choosePort(portOf(squatter))).not.toBe(portOf(squatter));
    squatter.close();
  });

  it('is chosen again when another process takes it before the server does', async () => {
    const dataDirectory = copyDataDirectory(original);
    const home = locateHome(dataDirectory);
    const thief = await listen();
    const stolen = [portOf(thief), portOf(thief)];
    const deadline = new Deadline(60_000);
    const binariesDirectory = await prepareBinaries(home.databaseUser, deadline, () => undefined);
    const plan = {
      home,
      binariesDirectory,
      isDurable: false,
      hasSocket: false,
      maxConnections: 20,
    };
    await startServer(plan, deadline, async (port) => stolen.pop() ?? choosePort(port));
    const database = await open(dataDirectory);
    expect(database.outcome).toBe('reused');
    expect(database.port).not.toBe(portOf(thief));
    await database.release();
    thief.close();
  });
});
