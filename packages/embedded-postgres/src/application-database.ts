import { EmbeddedPostgresError } from './embedded-postgres-error';
import type { LauncherConnection } from './launcher-connection';

interface ApplicationRole {
  readonly name: string;
  readonly rolePassword: string;
  readonly createDatabases: boolean;
  readonly createRoles: boolean;
}

interface Inventory {
  /** Null where there is no role. */
  readonly may_create_databases: boolean | null;
  readonly may_create_roles: boolean | null;
  readonly has_database: boolean;
}

const PLAIN_NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** The name is used verbatim in statements and in a URL. */
export function assertPlainName(name: string): void {
  if (PLAIN_NAME.test(name)) return;
  throw new EmbeddedPostgresError(
    `"${name}" cannot name a role and its database: take up to 63 of a-z, 0-9 and _, a letter first`,
  );
}

/**
 * Creates the role and the database that it owns, both of that name, where they are missing. Called at every start,
 * because a process may die between any two of these statements.
 */
export async function prepareApplicationDatabase(
  connection: LauncherConnection,
  { name, rolePassword, createDatabases, createRoles }: ApplicationRole,
): Promise<void> {
  const { may_create_databases, may_create_roles, has_database } = await takeInventory(
    connection,
    name,
  );
  if (may_create_databases === null) await createRole(connection, name, rolePassword);
  if (createDatabases && !may_create_databases) {
    await connection.query(`alter role ${name} createdb`);
  }
  if (createRoles && !may_create_roles) {
    await connection.query(`alter role ${name} createrole`);
  }
  // Encoding and locale are those that initdb was given.
  if (!has_database) {
    await connection.query(`create database ${name} owner ${name}`);
  }
}

async function takeInventory(connection: LauncherConnection, name: string): Promise<Inventory> {
  const rows = await connection.query<Inventory>(
    `select (select rolcreatedb from pg_roles where rolname = '${name}') as may_create_databases,
            (select rolcreaterole from pg_roles where rolname = '${name}') as may_create_roles,
            exists (select from pg_database where datname = '${name}') as has_database`,
  );
  return rows[0] ?? { may_create_databases: null, may_create_roles: null, has_database: false };
}

/** Row-level security binds this role: it is no superuser and has no BYPASSRLS. */
async function createRole(
  connection: LauncherConnection,
  name: string,
  rolePassword: string,
): Promise<void> {
  await connection.query(
    `create role ${name} login nosuperuser nobypassrls nocreaterole nocreatedb
       password ${connection.quote(rolePassword)}`,
  );
}
