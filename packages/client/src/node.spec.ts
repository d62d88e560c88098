import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from './node.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-queue-'));
  path = join(folder, 'queue');
});
afterEach(() => rm(folder, { recursive: true }));

const item = (id: string) => ({ id, body: { amount: 1 } });

it('keeps what came and has not gone, in order, in a file that stays short', async () => {
  const storage = fileStorage<{ amount: number }>(path);
  expect(await storage.load()).toEqual([]);
  await Promise.all(['1', '2', '3'].map(async (id) => storage.add(item(id))));
  await storage.remove(['2']);
  expect(await fileStorage(path).load()).toEqual([item('1'), item('3')]);
  expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
});

it('survives a line that a crash has cut short', async () => {
  await fileStorage(path).add(item('1'));
  await appendFile(path, '{"add":{"id":"2","bo');
  const storage = fileStorage(path);
  expect(await storage.load()).toEqual([item('1')]);
  await storage.add(item('3'));
  expect(await fileStorage(path).load()).toEqual([item('1'), item('3')]);
});

it('says that a folder cannot be read or written', async () => {
  await expect(fileStorage(folder).load()).rejects.toThrow('EISDIR');
  await expect(fileStorage(folder).add(item('1'))).rejects.toThrow('EISDIR');
});
