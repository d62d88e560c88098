import os from 'node:os';
import { hashesAtOnce, sizeThreadPool } from './thread-pool';

const given = process.env.UV_THREADPOOL_SIZE;
const set = (size: string | undefined): void => {
  if (size === undefined) delete process.env.UV_THREADPOOL_SIZE;
  else process.env.UV_THREADPOOL_SIZE = size;
};
const withCores = (cores: number) => jest.spyOn(os, 'availableParallelism').mockReturnValue(cores);
beforeEach(() => set(undefined));
afterEach(() => jest.restoreAllMocks());
afterAll(() => set(given));

it.each([
  [1, '4', 1],
  [2, '4', 2],
  [4, '6', 4],
  [16, '18', 16],
])('on %i cores makes %s threads, of which %i hash passwords', (cores, threads, hashes) => {
  withCores(cores);
  sizeThreadPool();
  expect(process.env.UV_THREADPOOL_SIZE).toBe(threads);
  expect(hashesAtOnce()).toBe(hashes);
});

it.each([
  ['4', 2],
  ['3', 1],
  ['1', 1],
  ['', 1],
  ['many', 1],
  ['64', 8],
  [undefined, 2],
])('leaves a size of %j, where %i passwords are hashed at once', (size, hashes) => {
  withCores(8);
  set(size);
  if (size !== undefined) sizeThreadPool();
  expect(process.env.UV_THREADPOOL_SIZE).toBe(size);
  expect(hashesAtOnce()).toBe(hashes);
});
