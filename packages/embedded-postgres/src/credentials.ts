import { randomBytes } from 'node:crypto';
import type { DatabaseHome } from './database-home';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { readFileIfPresent, syncDirectory, writeFileAtomically } from './files';

export interface Credentials {
  /** Of initdb's user `postgres`, as which only the launcher connects. */
  readonly superuserPassword: string;
  /** Of the role the application connects as. */
  readonly rolePassword: string;
}

/** Written before initdb runs, so that no cluster exists whose passwords are lost in a crash. */
export function ensureCredentials(home: DatabaseHome): Credentials {
  if (readFileIfPresent(home.credentialsFile) === undefined) {
    const fresh: Credentials = { superuserPassword: newPassword(), rolePassword: newPassword() };
    writeFileAtomically(home.credentialsFile, JSON.stringify(fresh), 0o600);
    syncDirectory(home.directory);
  }
  return readCredentials(home);
}

/** The passwords of an existing cluster. */
export function readCredentials(home: DatabaseHome): Credentials {
  const content = readFileIfPresent(home.credentialsFile);
  if (content === undefined) {
    throw new EmbeddedPostgresError(
      `The passwords of the database in ${home.clusterDirectory} are missing: put ` +
        `${home.credentialsFile} back, or remove ${home.directory} to begin with an empty one.`,
    );
  }
  return JSON.parse(content) as Credentials;
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
