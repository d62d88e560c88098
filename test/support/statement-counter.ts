import { Client } from 'pg';

const FRAME =
  /^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\b|; COMMIT$|^(LISTEN|SELECT pg_notify)\b/i; // with the heartbeats

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

/** Listens to what this process sends to PostgreSQL while `work` runs. */
export async function statementsOf(work: () => Promise<unknown>): Promise<SentStatements> {
  const sent: SentStatement[] = [];
  const query = Reflect.get(Client.prototype, 'query') as Query;
  const spy = jest.spyOn(Client.prototype as { query: Query }, 'query');
  spy.mockImplementation(function (this: Client, ...parameters: unknown[]) {
    const [, values] = parameters;
    sent.push({ text: textOf(parameters[0]), values: Array.isArray(values) ? values : [] });
    return Reflect.apply(query, this, parameters);
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  const all = sent.map(({ text }) => text);
  return { all, sent, work: all.filter((text) => !FRAME.test(text)) };
}

/** pg takes a text, or an object that has one. */
function textOf(query: unknown): string {
  return typeof query === 'string' ? query : String((query as { text?: unknown }).text);
}
