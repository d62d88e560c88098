import {
  ROLES,
  permissionsOf,
  supportPermissions,
  type Permission,
} from '../../common/access/permissions';
import { describeRoutes } from '../support/describe-routes';
import { writeOrCheck } from '../support/generated-file';
import { markdownTable } from '../support/markdown-table';

const GENERATED = '<!-- Made by `npm run cli -- permissions` from the sources; do not edit. -->';
const ROLES_INTRODUCTION =
  'What each role may do; `GET /v1/me` shows those of the caller. The last two columns are staff in a support session, in read and in write mode.';
const ROUTES_INTRODUCTION =
  'Who may call which route. A dashboard route without a permission is open to every active member; an API key has all scopes unless it was made with fewer, a service key those that it was made with. The audit log shows the action.';

interface RouteRow {
  method: string;
  path: string;
  audience: string;
  permission: string;
  action: string;
}

interface DescribedOperation {
  operationId: string;
  'x-audience': string;
  'x-permission'?: string;
  'x-scope'?: string;
  'x-also'?: Record<string, string>;
}

/** `permissions`: writes docs/permissions.md, the permissions of each role, and who may call each route. */
export async function runPermissions({ check = false }: { check?: boolean }): Promise<void> {
  const sections = [
    GENERATED,
    '# Permissions',
    ROLES_INTRODUCTION,
    rolesTable(),
    '## Routes',
    ROUTES_INTRODUCTION,
  ];
  const content = `${[...sections, routesTable(await listRoutes())].join('\n\n')}\n`;
  writeOrCheck([{ path: 'docs/permissions.md', content, command: 'permissions' }], check);
}

function rolesTable(): string {
  const columns = [
    ...ROLES.map(permissionsOf),
    supportPermissions('read'),
    supportPermissions('write'),
  ];
  const mark = (permission: Permission) =>
    columns.map((column) => (column.includes(permission) ? '✓' : ''));
  const rows = permissionsOf('owner').map((permission) => [
    `\`${permission}\``,
    ...mark(permission),
  ]);
  return markdownTable(['Permission', ...ROLES, 'support, read', 'support, write'], rows);
}

function routesTable(routes: RouteRow[]): string {
  const rows = routes.map(({ method, path, audience, permission, action }) => [
    `\`${method} ${path}\``,
    audience,
    permission,
    `\`${action}\``,
  ]);
  return markdownTable(['Route', 'Who', 'Permission or scope', 'Action'], rows);
}

async function listRoutes(): Promise<RouteRow[]> {
  const { paths } = await describeRoutes();
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, DescribedOperation>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      audience: [operation['x-audience'], ...Object.keys(operation['x-also'] ?? {})].join(', '),
      permission: namesOf(operation).map(inCode).join(', '),
      action: operation.operationId,
    })),
  );
}

/** Permissions and scopes may have the same names. */
function namesOf(operation: DescribedOperation): (string | undefined)[] {
  const own = operation['x-permission'] ?? operation['x-scope'];
  return [...new Set([own, ...Object.values(operation['x-also'] ?? {})])];
}

function inCode(text: string | undefined): string {
  return text ? `\`${text}\`` : '';
}
