/**
 * What went wrong, in domain terms. The HTTP filter turns a kind into a status through a total map, so a new kind
 * does not compile without one.
 */
export type ProblemKind =
  | 'malformed'
  | 'unauthenticated'
  | 'payment_required'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'timed_out'
  | 'gone'
  | 'too_large'
  | 'unsupported_media_type'
  | 'expectation_failed'
  | 'invalid'
  | 'rate_limited'
  | 'headers_too_large'
  | 'internal'
  | 'unavailable'
  | 'insufficient_storage';

/** One fault of one field, located by a JSON Pointer (RFC 6901). */
export interface FieldFault {
  pointer: string;
  code: string;
  detail: string;
}

export interface ProblemDefinition {
  /** Stable, snake_case; clients switch on it. */
  code: string;
  kind: ProblemKind;
  title: string;
  /** For the documentation: when this happens and what to do about it. */
  description: string;
  /** The class of its further members, which every such answer has (RFC 9457, extension members). */
  members?: new () => object;
}

export interface ProblemOptions {
  /** What happened in this case, for a person to read. No internals. */
  detail?: string;
  /** Further members of the response; the definition has a class for them. */
  members?: object;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** The only error that services throw deliberately. */
export class DomainError extends Error {
  readonly members: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    readonly definition: ProblemDefinition,
    options: ProblemOptions = {},
  ) {
    super(options.detail ?? definition.title, { cause: options.cause });
    this.name = 'DomainError';
    this.members = { ...options.members };
    this.headers = options.headers ?? {};
  }

  get code(): string {
    return this.definition.code;
  }
}

/** A problem that a route may answer with. */
export interface DeclaredProblem {
  readonly definition: ProblemDefinition;
}

/** Makes the error of one definition: `throw planNotFound()`. */
export interface ProblemFactory extends DeclaredProblem {
  (options?: Omit<ProblemOptions, 'members'> | string): DomainError;
}

/** The same, of a problem with further members. */
export interface MemberedProblemFactory<Members> extends DeclaredProblem {
  (options: ProblemOptions & { members: Members }): DomainError;
}

const definitions = new Map<string, ProblemDefinition>();

/**
 * Declares a problem and documents its code in docs/problems.md and openapi.json.
 * @throws when the code is already defined
 */
export function defineProblem<Members extends object>(
  definition: ProblemDefinition & { members: new () => Members },
): MemberedProblemFactory<Members>;
export function defineProblem(definition: ProblemDefinition & { members?: never }): ProblemFactory;
export function defineProblem(definition: ProblemDefinition): ProblemFactory {
  if (definitions.has(definition.code))
    throw new Error(`problem ${definition.code} is defined twice`);
  definitions.set(definition.code, definition);
  const factory = (options?: ProblemOptions | string) =>
    new DomainError(definition, typeof options === 'string' ? { detail: options } : options);
  return Object.assign(factory, { definition });
}

/** Every problem that the loaded modules declare, by code. */
export function allProblems(): ProblemDefinition[] {
  return [...definitions.values()].sort((one, other) => (one.code < other.code ? -1 : 1));
}
