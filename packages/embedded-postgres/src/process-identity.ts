import { spawnSync } from 'node:child_process';
import { hasErrorCode, readFileIfPresent } from './files';

const STATE_OF_THE_DEAD = /^[ZX]/;

/**
 * Identifies one process permanently: by its pid and its start, since pids are reused. Undefined where no such process
 * lives (a zombie does not: it only waits for its parent).
 */
export function identifyProcess(pid: number): string | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

/** The command line of a process, its arguments apart by spaces; empty where there is none. */
export function readCommandLine(pid: number): string {
  return process.platform === 'linux' ? commandLineByProc(pid) : commandLineByPs(pid);
}

/** Whether the kernel still lists the pid, be it as a zombie or as another user's process. */
export function isPidTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !hasErrorCode(error, 'ESRCH');
  }
}

/** Linux. The start is counted in ticks since boot, so the boot belongs to the name. */
export function identifyByProc(pid: number): string | undefined {
  const stat = readFileIfPresent(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field, the program's name, may itself hold spaces and brackets.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (STATE_OF_THE_DEAD.test(state)) return undefined;
  const boot = readFileIfPresent('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? '';
  return `${pid}_${boot}_${fields[18]}`;
}

/** macOS, which has no /proc. */
export function identifyByPs(pid: number): string | undefined {
  const [state = '', ...start] = ps(pid, '-o', 'stat=', '-o', 'lstart=').split(/\s+/);
  if (state === '' || STATE_OF_THE_DEAD.test(state)) return undefined;
  return `${pid}_${start.join('_').replaceAll(':', '')}`;
}

function commandLineByProc(pid: number): string {
  return (readFileIfPresent(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');
}

/** macOS. */
export function commandLineByPs(pid: number): string {
  return `${ps(pid, '-ww', '-o', 'command=')} `;
}

function ps(pid: number, ...columns: string[]): string {
  const options = {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
  } as const;
  return spawnSync('ps', [...columns, '-p', String(pid)], options).stdout.trim();
}
