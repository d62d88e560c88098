import { RequestContext } from '../../common/request-context';
import { SqlCallersService } from '../../modules/usage/sql-callers.service';
import { CommandFailure } from '../support/failure';
import { print, printJson } from '../support/output';
import { withApplication } from '../support/with-application';

export interface SqlCallerOptions {
  role: string;
  business?: string;
}

/** `sql-callers:grant`: lets a role of the database count usage. @throws CommandFailure for an unknown role or business */
export async function runSqlCallersGrant({ role, business }: SqlCallerOptions): Promise<void> {
  const context = RequestContext.job('usage.grant_sql_caller');
  const isGranted = await withApplication((application) =>
    application.get(SqlCallersService).grant(context, role, business ?? null),
  );
  if (!isGranted) throw new CommandFailure(`There is no role ${role}, or no such business.`);
  print(`${role} may count usage for ${business ?? 'all businesses'}: SELECT tenantry.consume(…)`);
}

/** `sql-callers:revoke`: takes it back. @throws CommandFailure where nothing was granted */
export async function runSqlCallersRevoke({ role, business }: SqlCallerOptions): Promise<void> {
  const context = RequestContext.job('usage.revoke_sql_caller');
  const isRevoked = await withApplication((application) =>
    application.get(SqlCallersService).revoke(context, role, business ?? null),
  );
  if (!isRevoked) throw new CommandFailure(`${role} had no such grant.`);
  print(`${role} may no longer count usage for ${business ?? 'all businesses'}.`);
}

/** `sql-callers:list`: lists the roles that may count, and for whom. */
export async function runSqlCallersList({ json }: { json?: boolean }): Promise<void> {
  const callers = await withApplication((application) =>
    application.get(SqlCallersService).list(RequestContext.job('usage.list_sql_callers')),
  );
  if (json) printJson(callers);
  else if (callers.length === 0) print('No role may. Grant it with sql-callers:grant.');
  else
    for (const { role, businessId } of callers) print(`${role}  ${businessId ?? 'all businesses'}`);
}
