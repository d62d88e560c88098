import type { RequestContext } from '../../common/request-context';
import type { Database } from './database';

/** What is wrong with the role that the server connects as; nothing, if row-level security binds it. */
export async function findRoleFaults(
  database: Database,
  context: RequestContext,
): Promise<string[]> {
  const [role] = await database.transaction(context, (tx) =>
    tx.query<{ name: string; superuser: boolean; bypasses: boolean; unforced: string[] }>(ROLE),
  );
  if (!role) return ['the role of the connection is not in pg_roles'];
  const faults = [];
  if (role.superuser)
    faults.push(`the role ${role.name} is a superuser: row-level security does not bind it`);
  if (role.bypasses)
    faults.push(`the role ${role.name} has BYPASSRLS: row-level security does not bind it`);
  if (role.unforced.length > 0)
    faults.push(`row-level security is not forced on ${role.unforced.join(', ')}`);
  return faults;
}

const ROLE = `
  SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS bypasses,
         ARRAY(
           SELECT class.relname::text FROM pg_class AS class
           JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attname = 'business_id'
           WHERE class.relkind IN ('r', 'p') AND class.relnamespace = 'public'::regnamespace
             AND NOT (class.relrowsecurity AND class.relforcerowsecurity)
         ) AS unforced
  FROM pg_roles WHERE rolname = current_user`;
