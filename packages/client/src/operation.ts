import type { ProblemError } from './errors.ts';

export type NoParameters = Record<never, never>;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One operation of the contract: what it takes, what it answers and how it fails are types only, so an operation that is
 * not used costs no byte of a bundle.
 */
export interface Operation<Parameters, Result, Failure extends ProblemError> {
  readonly method: Method;
  /** With `{names}` of the parameters that are part of it. */
  readonly path: string;
  readonly takesIdempotencyKey?: true;
  /** Never set: carries the types. */
  readonly types?: { parameters: Parameters; result: Result; failure: Failure };
}

export type ParametersOf<O> = O extends Operation<infer P, infer _R, infer _F> ? P : never;
export type ResultOf<O> = O extends Operation<infer _P, infer R, infer _F> ? R : never;
export type FailureOf<O> = O extends Operation<infer _P, infer _R, infer F> ? F : never;
