import { settings } from '../../platform/config/settings';
import { markdownTable } from './markdown-table';

export interface Variable {
  name: string;
  /** Empty where unset has its own meaning, which the description gives. */
  defaultValue: string;
  description: string;
}

const TABLE = /(<!-- variables -->).*?(<!-- \/variables -->)/s;

/** Every variable of the environment, in the order of the settings. */
export function describeVariables(): Variable[] {
  return Object.entries(settings).map(([name, schema]) => ({
    name,
    defaultValue: toText(schema.safeParse(undefined).data),
    description: schema.description ?? '',
  }));
}

/** Replaces the table between its two marks. @returns null where the marks are missing */
export function replaceTable(readme: string, variables: Variable[]): string | null {
  if (!TABLE.test(readme)) return null;
  const rows = variables.map(({ name, defaultValue, description }) => [
    `\`${name}\``,
    defaultValue && `\`${defaultValue}\``,
    description,
  ]);
  const table = markdownTable(['Variable', 'Default', 'Meaning'], rows);
  return readme.replace(TABLE, (_, open, close) => `${open}\n\n${table}\n\n${close}`);
}

/** A file to copy to `.env`: each variable commented out, at its default. */
export function toEnvironmentExample(variables: Variable[]): string {
  const head =
    '# Made by `npm run cli -- variables` from src/platform/config/settings.ts; do not edit.\n' +
    '# Copy it to .env, which is read in development. Variables of the environment win.\n';
  const entries = variables.map(
    ({ name, defaultValue, description }) => `# ${description}\n# ${name}=${defaultValue}\n`,
  );
  return [head, ...entries].join('\n');
}

function toText(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
