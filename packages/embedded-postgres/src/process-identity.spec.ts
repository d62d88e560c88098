import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  commandLineByPs,
  identifyByPs,
  identifyProcess,
  isPidTaken,
  readCommandLine,
} from './process-identity';

/* The variants with ps are for macOS; they run on Linux as well, so they are tested there too. */
describe.each([
  ['as this system does it', identifyProcess, readCommandLine],
  ['by ps', identifyByPs, commandLineByPs],
])('a process, identified %s', (_name, identify, readCommand) => {
  it('has one identity as long as it lives, and none afterwards', async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const identity = identify(pid);
    expect(identity).toMatch(new RegExp(`^${pid}_\\w+$`));
    expect(identify(pid)).toBe(identity);
    expect(readCommand(pid)).toBe('sleep 600 ');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identify(pid)).toBeUndefined();
    expect(isPidTaken(pid)).toBe(false);
  });

  it('has none as a zombie, whose pid is still taken', async () => {
    // The outer shell becomes a program that never asks what has become of the inner one.
    const outer = spawn('/bin/sh', ['-c', 'sleep 601 & echo $!; exec sleep 600']);
    const [line] = (await once(outer.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    while (readCommand(outer.pid ?? 0) !== 'sleep 600 ') await nextTurn();
    process.kill(pid, 'SIGKILL');
    while (identify(pid) !== undefined) await nextTurn();
    expect(isPidTaken(pid)).toBe(true);
    outer.kill('SIGKILL');
  });
});
