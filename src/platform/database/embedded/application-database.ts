import type { LauncherConnection } from './launcher-connection';

/** The role the application connects as, and the database it owns. */
export const APPLICATION_NAME = 'tenantry';

interface Inventory {
  /** Null where there is no role. */
  readonly may_create_databases: boolean | null;
  readonly has_database: boolean;
}

/**
 * Makes what is missing of the role and its database. Asked at every start, because a process may
 * die between any two of these statements.
 */
export async function prepareApplicationDatabase(
  connection: LauncherConnection,
  rolePassword: string,
  createDatabases: boolean,
): Promise<void> {
  const { may_create_databases, has_database } = await takeInventory(connection);
  if (may_create_databases === null) await createRole(connection, rolePassword);
  if (createDatabases && !may_create_databases) {
    await connection.query(`alter role ${APPLICATION_NAME} createdb`);
  }
  // Encoding and locale are those that initdb was given.
  if (!has_database) {
    await connection.query(`create database ${APPLICATION_NAME} owner ${APPLICATION_NAME}`);
  }
}

async function takeInventory(connection: LauncherConnection): Promise<Inventory> {
  const rows = await connection.query<Inventory>(
    `select (select rolcreatedb from pg_roles where rolname = '${APPLICATION_NAME}') as may_create_databases,
            exists (select from pg_database where datname = '${APPLICATION_NAME}') as has_database`,
  );
  return rows[0] ?? { may_create_databases: null, has_database: false };
}

/** Row-level security holds for this role: neither a superuser nor free of the policies. */
async function createRole(connection: LauncherConnection, rolePassword: string): Promise<void> {
  await connection.query(
    `create role ${APPLICATION_NAME} login nosuperuser nobypassrls nocreaterole nocreatedb
       password ${connection.quote(rolePassword)}`,
  );
}
