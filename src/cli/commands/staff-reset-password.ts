import { RequestContext } from '../../common/request-context';
import { StaffService } from '../../modules/staff/staff.service';
import { print } from '../support/output';
import { readPassword } from '../support/read-password';
import { withApplication } from '../support/with-application';

/** `staff:reset-password`: sets a new password and ends all sessions of the account at once. */
export async function runStaffResetPassword({ email }: { email: string }): Promise<void> {
  const password = await readPassword('staff:reset-password');
  await withApplication((application) =>
    application
      .get(StaffService)
      .resetPassword(RequestContext.job('staff.reset_password'), email, { password }),
  );
  print(`Changed the password of ${email}; all sessions of that account have ended.`);
}
