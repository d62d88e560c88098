import type { Config } from '../config/config';
import { OWN_SCHEMA } from './own-schema';

export interface RoleRow {
  name: string;
  superuser: boolean;
  bypasses: boolean;
  unforced: string[];
}

/**
 * Asserts that row-level security binds the role that the server connects as. Also before the first migration: tables
 * made by a superuser would belong to it.
 * @param query runs SQL as that role
 * @param warn receives the faults in development, where they do not matter yet
 * @throws in production, naming every fault
 */
export async function assertSafeRole(
  { environment }: Pick<Config, 'environment'>,
  query: (sql: string) => Promise<RoleRow[]>,
  warn: (fault: string) => void = () => undefined,
): Promise<void> {
  const faults = await findRoleFaults(query);
  if (faults.length === 0) return;
  if (environment === 'production')
    throw new Error(`The database is not safe to use: ${faults.join('; ')}`);
  for (const fault of faults) warn(`${fault}. In production the server refuses to start.`);
}

/** What exempts the role of `query` from row-level security. */
export async function findRoleFaults(
  query: (sql: string) => Promise<RoleRow[]>,
): Promise<string[]> {
  return faultsOf((await query(ROLE))[0]);
}

function faultsOf(role: RoleRow | undefined): string[] {
  if (!role) return ['the role of the connection is not in pg_roles'];
  const { name, superuser, bypasses, unforced } = role;
  return [
    ...(superuser ? [`the role ${name} is a superuser: row-level security does not bind it`] : []),
    ...(bypasses ? [`the role ${name} has BYPASSRLS: row-level security does not bind it`] : []),
    ...(unforced.length > 0 ? [`row-level security is not forced on ${unforced.join(', ')}`] : []),
  ];
}

const ROLE = `
  SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS bypasses,
         ARRAY(
           SELECT class.relname::text FROM pg_class AS class
           JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attname = 'business_id'
           JOIN pg_namespace ON pg_namespace.oid = class.relnamespace AND nspname = '${OWN_SCHEMA}'
           WHERE class.relkind IN ('r', 'p') AND NOT (class.relrowsecurity AND class.relforcerowsecurity)
         ) AS unforced
  FROM pg_roles WHERE rolname = current_user`;
