import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Skipped } from './scenario';

const CHUNK = Buffer.alloc(64 * 1024);

/** A file system of so many megabytes, which can be filled up. */
export class SmallFileSystem {
  private constructor(readonly directory: string) {}

  /** @throws Skipped where the system does not let us mount one */
  static mount(megabytes: number): SmallFileSystem {
    const directory = mkdtempSync('/var/tmp/tenantry-small-');
    const { status, stderr, error } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', directory],
      { encoding: 'utf8' },
    );
    if (status === 0) return new SmallFileSystem(directory);
    rmSync(directory, { recursive: true });
    const reason = error?.message ?? stderr.trim();
    throw new Skipped(`no small file system can be mounted (it takes root): ${reason}`);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.directory);
    return bavail * bsize;
  }

  /** Leaves so many bytes. */
  fill(bytesLeft: number): void {
    while (this.freeBytes > bytesLeft) writeFileSync(this.ballast, CHUNK, { flag: 'a' });
  }

  free(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): void {
    const { status, stderr } = spawnSync('umount', [this.directory], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`could not unmount ${this.directory}: ${stderr}`);
    rmSync(this.directory, { recursive: true });
  }

  private get ballast(): string {
    return join(this.directory, 'ballast');
  }
}
