import { AsyncLocalStorage } from 'node:async_hooks';
import type { Server } from 'node:http';
import { Client } from 'pg';

const FRAME = /^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\b|; COMMIT$/i;

export interface SentStatement {
  text: string;
  values: unknown[];
}

export interface SentStatements {
  /** Every text that went to the database, in order. */
  all: string[];
  /** The same, with their parameters. */
  sent: SentStatement[];
  /** Without what begins and ends transactions. */
  work: string[];
}

type Query = (...parameters: unknown[]) => unknown;

/** The work that a statement is sent for; heartbeats, jobs and polls of this process have none. */
const cause = new AsyncLocalStorage<object>();
let current: object | undefined;

/** Statements of this server's requests count as the work during which the request came. */
export function countRequestsOf(server: Server): void {
  server.prependListener('request', () => current && cause.enterWith(current));
}

/** What `work` sends to PostgreSQL, and the servers of this process for its requests. One at a time. */
export async function statementsOf(work: () => Promise<unknown>): Promise<SentStatements> {
  const own = {};
  const sent: SentStatement[] = [];
  const query = Reflect.get(Client.prototype, 'query') as Query;
  const spy = jest.spyOn(Client.prototype as { query: Query }, 'query');
  spy.mockImplementation(function (this: Client, ...parameters: unknown[]) {
    const [, values] = parameters;
    if (cause.getStore() === own)
      sent.push({ text: textOf(parameters[0]), values: Array.isArray(values) ? values : [] });
    return Reflect.apply(query, this, parameters);
  });
  current = own;
  try {
    await cause.run(own, work);
  } finally {
    current = undefined;
    cause.disable(); // while it is enabled, every promise of the process costs more on Node 20
    spy.mockRestore();
  }
  const all = sent.map(({ text }) => text);
  return { all, sent, work: all.filter((text) => !FRAME.test(text)) };
}

/** pg takes a text, or an object that has one. */
function textOf(query: unknown): string {
  return typeof query === 'string' ? query : String((query as { text?: unknown }).text);
}
