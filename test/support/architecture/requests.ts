import type { Response, Test } from 'supertest';
import type { Problem } from '../../../src/platform/http/problem.filter';
import { addressOf, exampleOf, type World } from './examples';
import type { Operation } from './openapi';

export interface Sending {
  /** The Authorization header, as it stands. */
  authorization?: string;
  headers?: Record<string, string>;
  /** Of the path's parameters. */
  values?: Record<string, string>;
  /** Instead of the example's. */
  body?: object;
  /** Added to the address. */
  query?: string;
}

/** Calls an operation with its example. */
export async function call(
  operation: Operation,
  world: World,
  sending: Sending = {},
): Promise<Response> {
  const { authorization, headers = {}, values = {}, query } = sending;
  const address = addressOf(operation, values);
  const separator = address.includes('?') ? '&' : '?';
  const path = query ? `${address}${separator}${query}` : address;
  const body = sending.body ?? exampleOf(operation).body?.(world);
  const request = authorized(world.server.send(operation.verb, path), authorization).set(headers);
  return body ? request.send(body) : request;
}

export function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`;
}

function authorized(request: Test, authorization: string | undefined): Test {
  return authorization === undefined ? request : request.set('authorization', authorization);
}

/** The code of a problem; of anything else, nothing. */
export function codeOf(response: Response): string | undefined {
  return (response.body as Partial<Problem> | undefined)?.code;
}

/** More at once would wait for one of the server's connections, on a busy machine longer than it lets them. */
const AT_ONCE = 4;

/** Checks all operations and gives what was amiss, each named: an empty list is a passed check. */
export async function findFaults(
  operations: Operation[],
  check: (operation: Operation) => Promise<string | null>,
): Promise<string[]> {
  const faults = await mapSome(operations, check);
  return faults.flatMap((fault, index) => (fault ? [`${operations[index]?.name}: ${fault}`] : []));
}

/** Like Promise.all, a few at a time. */
export async function mapSome<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const takeInTurn = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeInTurn));
  return results;
}
