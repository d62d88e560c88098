import { createInterface } from 'node:readline';
import { openEmbeddedPostgres, type EmbeddedPostgresOptions } from '../../src/embedded-postgres';

/*
 * One process that uses the embedded database, told by its parent what to do: it opens, says how
 * that went in one line of JSON, and releases when a line comes in. With `"mode": "leave"` it does
 * not release and waits for nothing, so it ends as soon as nothing holds it.
 */
interface Task {
  readonly mode: 'stay' | 'leave';
  readonly options: EmbeddedPostgresOptions;
}

async function main({ mode, options }: Task): Promise<void> {
  const database = await openEmbeddedPostgres(options);
  const { url, port, outcome } = database;
  process.stdout.write(`${JSON.stringify({ url, port, outcome })}\n`);
  if (mode === 'leave') return;
  const commands = createInterface({ input: process.stdin });
  commands.once('line', () => {
    commands.close();
    process.stdin.destroy();
    void database.release();
  });
}

main(JSON.parse(process.argv[2] ?? '') as Task).catch((error: Error) => {
  process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  process.exitCode = 1;
});
