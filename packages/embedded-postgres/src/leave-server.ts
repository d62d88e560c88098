import { existsSync } from 'node:fs';
import type { DatabaseHome } from './database-home';
import { Deadline } from './deadline';
import { findServer } from './find-server';
import type { LauncherConnection } from './launcher-connection';
import { withProcessLock } from './process-lock';
import { stopServer } from './server-process';

/** Within the time that the application has for its whole graceful shutdown. */
const LEAVE_LIMIT_MS = 20_000;

/** Ends this process's presence, and stops the server if it was the last one. */
export async function leaveServer(home: DatabaseHome, presence: LauncherConnection): Promise<void> {
  // The data directory was deleted: the server notices within a minute and ends by itself.
  if (!existsSync(home.directory)) return presence.close();
  const deadline = new Deadline(LEAVE_LIMIT_MS);
  await withProcessLock(home.lockDirectory, deadline, async () => {
    await presence.close();
    await stopIfUnused(home, deadline);
  });
}

async function stopIfUnused(home: DatabaseHome, deadline: Deadline): Promise<void> {
  const server = await findServer(home, deadline);
  if (server.state !== 'running') return;
  const others = await server.connection.countOtherPresences();
  await server.connection.close();
  if (others === 0) await stopServer(server.pid, deadline);
}
