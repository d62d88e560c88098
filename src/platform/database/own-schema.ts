import type { Query } from './data-source';

/** Where all tables and functions are; those of other people may be in `public`, under the same names. */
export const OWN_SCHEMA = 'tenantry';
/** `public` is for what extensions bring along. */
const SEARCH_PATH = `${OWN_SCHEMA}, public`;

/**
 * Makes the schema, and the role's search_path in this database, which also holds through PgBouncer. At each start: a
 * dump does not carry the setting. An installation in `public` is left as it is, for a migration to move.
 * @param firstMigration its name tells an installation's table of migrations from another's
 */
export async function prepareSchema(query: Query, firstMigration: string): Promise<void> {
  if (await isInPublic(query, firstMigration)) return;
  await query('CREATE SCHEMA IF NOT EXISTS tenantry');
  // There can be one of it in a database, and others who want it look for it in public.
  const [place] = await query(`SELECT FROM pg_namespace WHERE nspname = 'public'`);
  if (place) await query('CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public');
  const [is] = await query<{ path: string; database: string }>(
    `SELECT current_setting('search_path') AS path, quote_ident(current_database()) AS database`,
  );
  if (is!.path === SEARCH_PATH) return;
  await query(
    `ALTER ROLE CURRENT_USER IN DATABASE ${is!.database} SET search_path = ${SEARCH_PATH}`,
  );
}

/** The names of the migrations that ran here: of this installation, in whichever schema it is. */
export async function listApplied(query: Query, firstMigration: string): Promise<string[]> {
  const [own] = await query(HISTORY_OF, [OWN_SCHEMA]);
  if (own) return namesOf(await query<Migration>('SELECT name FROM tenantry.migrations'));
  const [other] = await query(HISTORY_OF, ['public']);
  if (!other) return [];
  const names = namesOf(await query<Migration>(NAMES_IN_PUBLIC));
  return names.includes(firstMigration) ? names : [];
}

async function isInPublic(query: Query, firstMigration: string): Promise<boolean> {
  const [own] = await query(HISTORY_OF, [OWN_SCHEMA]);
  return !own && (await listApplied(query, firstMigration)).length > 0;
}

/** @throws Error on a connection whose unqualified names mean other tables */
export async function assertSearchPath(query: Query): Promise<void> {
  const [is] = await query<{ schema: string | null }>('SELECT current_schema() AS schema');
  if (is?.schema === OWN_SCHEMA) return;
  throw new Error(
    `The search_path of this connection begins with ${is?.schema ?? 'nothing'}, not with ${OWN_SCHEMA}: ` +
      'DATABASE_URL and DATABASE_DIRECT_URL must name the same role and database, ' +
      'and a PgBouncer that was connected before the migration needs RECONNECT.',
  );
}

interface Migration {
  name: string;
}

function namesOf(migrations: Migration[]): string[] {
  return migrations.map(({ name }) => name);
}

const HISTORY_OF = `
  SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relname = 'migrations' AND nspname = $1 AND relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)`;

/** As JSON: the table of another program may have other columns. */
const NAMES_IN_PUBLIC = `SELECT to_jsonb(migration) ->> 'name' AS name FROM public.migrations AS migration`;
