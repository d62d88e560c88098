/** The result of a check. Only `fail` makes the command exit with 1. */
export interface Finding {
  check: string;
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** How to fix it; null where nothing needs fixing. */
  fix: string | null;
}

export function ok(check: string, detail: string): Finding {
  return { check, status: 'ok', detail, fix: null };
}

export function warn(check: string, detail: string, fix: string): Finding {
  return { check, status: 'warn', detail, fix };
}

export function fail(check: string, detail: string, fix: string): Finding {
  return { check, status: 'fail', detail, fix };
}

/** The finding of a check, also where it could not run. */
export async function attempt(
  check: string,
  fix: string,
  make: () => Finding | Promise<Finding>,
): Promise<Finding> {
  try {
    return await make();
  } catch (error) {
    return fail(check, `could not be checked: ${messageOf(error)}`, fix);
  }
}

/** Node's AggregateError (each address of a name was tried) and fetch hide the error in their causes. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message}: ${messageOf(error.cause)}`
    : error.message || error.name;
}
