import { RequestContext } from '../../common/request-context';
import { StaffService } from '../../modules/staff/staff.service';
import { print, printJson } from '../support/output';
import { readPassword } from '../support/read-password';
import { withApplication } from '../support/with-application';

export interface StaffCreateOptions {
  email: string;
  name: string;
  json?: boolean;
}

/** `staff:create`: creates a staff account. */
export async function runStaffCreate({ email, name, json }: StaffCreateOptions): Promise<void> {
  const password = await readPassword('staff:create');
  const account = await withApplication((application) =>
    application
      .get(StaffService)
      .create(RequestContext.job('staff.create'), { email, name, password }),
  );
  if (json) printJson({ id: account.id, email: account.email, name: account.name });
  else print(`Created the staff account ${account.id} for ${account.email}.`);
}
