import { CommandFailure } from './failure';
import { readIfPresent, writeOrCheck, type GeneratedFile } from './generated-file';
import { note } from './output';
import { describeVariables, replaceTable, toEnvironmentExample } from './variables-text';

const COMMAND = 'variables';

/** `variables`: the table of variables in README.md, and .env.example, from platform/config/settings.ts. */
export function runVariables({ check = false }: { check?: boolean }): void {
  const variables = describeVariables();
  const example = {
    path: '.env.example',
    content: toEnvironmentExample(variables),
    command: COMMAND,
  };
  const readme = readIfPresent('README.md');
  if (readme === null) note('There is no README.md yet; its table is left out.');
  const files: GeneratedFile[] = [example];
  if (readme !== null) {
    const content = replaceTable(readme, variables);
    if (content === null)
      throw new CommandFailure('README.md has no lines <!-- variables --> and <!-- /variables -->');
    files.unshift({ path: 'README.md', content, command: COMMAND });
  }
  writeOrCheck(files, check);
}
