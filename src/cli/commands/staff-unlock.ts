import { RequestContext } from '../../common/request-context';
import { StaffService } from '../../modules/staff/staff.service';
import { print } from '../support/output';
import { withApplication } from '../support/with-application';

/** `staff:unlock`: lets an account log in again after too many failures; its password and sessions stay. */
export async function runStaffUnlock({ email }: { email: string }): Promise<void> {
  await withApplication((application) =>
    application.get(StaffService).unlock(RequestContext.job('staff.unlock'), email),
  );
  print(`Unlocked the staff account of ${email}; its password is the same.`);
}
