import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import type { QueueItem, QueueStorage } from './queue-storage.ts';

type Line<Body> = { add: QueueItem<Body> } | { remove: readonly string[] };

/** A file of a process of Node: a line for what comes and what goes, made short when it is loaded. For one process. */
export function fileStorage<Body>(path: string): QueueStorage<Body> {
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined); // told to its own caller
    return done;
  };
  const append = (line: Line<Body>): Promise<void> =>
    inTurn(() => appendFile(path, `${JSON.stringify(line)}\n`));
  return {
    load: () => inTurn(() => compact<Body>(path)),
    add: (item) => append({ add: item }),
    remove: (ids) => append({ remove: ids }),
  };
}

async function compact<Body>(path: string): Promise<QueueItem<Body>[]> {
  const items = new Map<string, QueueItem<Body>>();
  for (const line of (await readText(path)).split('\n').flatMap(parse<Body>)) {
    if ('add' in line) items.set(line.add.id, line.add);
    else line.remove.forEach((id) => items.delete(id));
  }
  const lines = [...items.values()].map((add) => `${JSON.stringify({ add })}\n`);
  await writeFile(`${path}.new`, lines.join(''));
  await rename(`${path}.new`, path);
  return [...items.values()];
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** A line that a crash has cut short is none. */
function parse<Body>(line: string): Line<Body>[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Line<Body>];
  } catch {
    return [];
  }
}
