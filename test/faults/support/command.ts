import { spawnCommand } from '../../support/command-line';

/** Runs a command to its end. @returns what it printed, from JSON @throws unless it ends well */
export async function runCommand<T>(databaseUrl: string, ...parameters: string[]): Promise<T> {
  const { code, stdout, stderr } = await spawnCommand({
    parameters: [...parameters, '--json'],
    environment: { DATABASE_URL: databaseUrl },
  });
  if (code !== 0) throw new Error(`${parameters[0]} ended badly: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}
