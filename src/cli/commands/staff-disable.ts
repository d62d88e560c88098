import { RequestContext } from '../../common/request-context';
import { StaffService } from '../../modules/staff/staff.service';
import { print } from '../support/output';
import { withApplication } from '../support/with-application';

/** `staff:disable`: disables an account and ends its sessions and support sessions at once. */
export async function runStaffDisable({ email }: { email: string }): Promise<void> {
  await withApplication((application) =>
    application.get(StaffService).disable(RequestContext.job('staff.disable'), email),
  );
  print(`Disabled the staff account of ${email}; its sessions have ended.`);
}
