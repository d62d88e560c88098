import { RequestContext } from '../../common/request-context';
import type { StaffAccount } from '../../modules/staff/staff-account.entity';
import { StaffService } from '../../modules/staff/staff.service';
import { print, printJson } from '../support/output';
import { withApplication } from '../support/with-application';

/** `staff:list`: lists the staff accounts, oldest first. */
export async function runStaffList({ json }: { json?: boolean }): Promise<void> {
  const accounts = await withApplication((application) =>
    application.get(StaffService).list(RequestContext.job('staff.list')),
  );
  if (json) printJson(accounts.map(toItem));
  else if (accounts.length === 0)
    print('There are no staff accounts. Create one with staff:create.');
  else
    for (const { id, status, email, name } of accounts)
      print(`${id}  ${status.padEnd(8)}  ${email}  ${name}`);
}

function toItem({ id, email, name, status, createdAt }: StaffAccount): object {
  return { id, email, name, status, createdAt: createdAt.toISOString() };
}
