import { CommandFailure } from '../support/failure';
import { readIfPresent, writeOrCheck, type GeneratedFile } from '../support/generated-file';
import { describeVariables, replaceTable, toEnvironmentExample } from '../support/variables-text';

const COMMAND = 'variables';
const PAGE = 'docs/configuration.md';

/**
 * `variables`: writes the table of variables in docs/configuration.md, and .env.example, from
 * platform/config/settings.ts.
 * @throws CommandFailure where the page has no markers for the table
 */
export function runVariables({ check = false }: { check?: boolean }): void {
  const variables = describeVariables();
  const files: GeneratedFile[] = [
    { path: '.env.example', content: toEnvironmentExample(variables), command: COMMAND },
  ];
  const page = readIfPresent(PAGE);
  if (page !== null) {
    const content = replaceTable(page, variables);
    if (content === null)
      throw new CommandFailure(
        `${PAGE} lacks the lines <!-- variables --> and <!-- /variables -->`,
      );
    files.unshift({ path: PAGE, content, command: COMMAND });
  }
  writeOrCheck(files, check);
}
