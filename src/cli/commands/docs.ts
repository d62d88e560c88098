import { CommandFailure } from '../support/failure';
import { runLlms } from './llms';
import { runOpenApi } from './openapi';
import { runPermissions } from './permissions';
import { runProblems } from './problems';
import { runVariables } from './variables';

type Generate = (options: { check?: boolean }) => void | Promise<void>;
const GENERATORS: Generate[] = [runOpenApi, runProblems, runPermissions, runVariables, runLlms];

/**
 * `docs`: writes all generated files in one process, which loads the application once.
 * @throws CommandFailure with `check`, naming every file that differs
 */
export async function runDocs(options: { check?: boolean }): Promise<void> {
  const failures: string[] = [];
  for (const generate of GENERATORS) {
    try {
      await generate(options);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
}
