import { CommanderError } from 'commander';
import { DomainError, type FieldFault } from '../../common/problem';
import { ConfigFaults } from '../../platform/config/config';
import { translateDatabaseError } from '../../platform/database/database-errors';
import { Interruption } from './interruption';

/** Ends a command with exit code 1 and one line on standard error. */
export class CommandFailure extends Error {}

/** Ends a command with exit code 2: it was called wrongly. */
export class WrongUsage extends Error {}

/** 0 done, 1 failed, 2 wrong usage or configuration; after a signal 128 plus its number, as in shells. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // 0: --help
  if (error instanceof ConfigFaults || error instanceof WrongUsage) return 2;
  return error instanceof Interruption ? error.exitCode : 1;
}

/**
 * An error for people: one line, and one more for each field at fault.
 * @returns nothing where commander has printed it already, or the reader has gone
 */
export function describeFailure(error: unknown): string {
  if (error instanceof CommanderError) return '';
  if (error instanceof Interruption && error.signal === 'SIGPIPE') return '';
  if (error instanceof ConfigFaults) return `${error.message}\n`;
  const translated = translateDatabaseError(error);
  if (translated instanceof DomainError) return describeProblem(translated);
  return `error: ${messageOf(translated)}\n`;
}

function describeProblem({ definition, message, members, cause }: DomainError): string {
  const faults = (members.errors ?? []) as FieldFault[];
  if (faults.length === 0) return `error: ${message}${cause ? ` (${messageOf(cause)})` : ''}\n`;
  const lines = faults.map(({ pointer, detail }) => `  ${pointer.slice(1)}: ${detail}\n`);
  return `error: ${definition.title}\n${lines.join('')}`;
}

/** Node's AggregateError (each address of a name was tried) has no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.message || error.name;
}
