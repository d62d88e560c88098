import { invalidRequest } from './stripe-fault';
import type { Parameters } from './parameters';
import type { World } from './world';

export interface ApiCall {
  world: World;
  params: Parameters;
  /** What stands in the path in the place of `:id`. */
  id: string;
}

/** @throws StripeFault */
export type Handler = (call: ApiCall) => object;

export type Route = readonly [method: 'GET' | 'POST' | 'DELETE', path: string, handler: Handler];

const MAXIMUM_LIMIT = 100;

/** A page of a list, newest first. `rows` come oldest first. */
export function pageOf<T extends { id: string }>(
  { params }: ApiCall,
  url: string,
  rows: T[],
): object {
  const limit = params.wholeNumber('limit') ?? 10;
  if (limit < 1 || limit > MAXIMUM_LIMIT)
    throw invalidRequest('Invalid limit: must be from 1 to 100', undefined, 'limit');
  const newestFirst = rows.toReversed();
  const rest = newestFirst.slice(startOf(newestFirst, params.text('starting_after')));
  return { object: 'list', url, has_more: rest.length > limit, data: rest.slice(0, limit) };
}

function startOf(rows: { id: string }[], after: string | undefined): number {
  if (after === undefined) return 0;
  const index = rows.findIndex(({ id }) => id === after);
  if (index >= 0) return index + 1;
  throw invalidRequest(`No such object: '${after}'`, 'resource_missing', 'starting_after');
}

/** `created[gte]` and its like, or one moment. */
export function createdWithin({ params }: ApiCall): (row: { created: number }) => boolean {
  const range = params.child('created');
  if (!range) {
    const moment = params.wholeNumber('created');
    return ({ created }) => moment === undefined || created === moment;
  }
  const [gte, gt, lte, lt] = ['gte', 'gt', 'lte', 'lt'].map((name) => range.wholeNumber(name));
  return ({ created }) =>
    created >= (gte ?? -Infinity) &&
    created > (gt ?? -Infinity) &&
    created <= (lte ?? Infinity) &&
    created < (lt ?? Infinity);
}
