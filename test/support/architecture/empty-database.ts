import { randomBytes } from 'node:crypto';
import { dropDatabase, onCluster, urlOf } from '../test-cluster';

/** Lends work the address of a database with nothing in it, and drops it afterwards. */
export async function withEmptyDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const name = `tenantry_empty_${randomBytes(6).toString('hex')}`;
  await onCluster(`CREATE DATABASE ${name}`);
  try {
    return await work(urlOf(name));
  } finally {
    await dropDatabase(name);
  }
}
