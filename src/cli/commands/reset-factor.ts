import { RequestContext } from '../../common/request-context';
import { LostFactorsService } from '../../modules/accounts/lost-factors.service';
import { StaffService } from '../../modules/staff/staff.service';
import { print, printJson } from '../support/output';
import { withApplication } from '../support/with-application';

/** `staff:reset-factor`: effective at once. */
export async function runStaffResetFactor({ email }: { email: string }): Promise<void> {
  await withApplication((application) =>
    application.get(StaffService).resetFactor(RequestContext.job('staff.reset_factor'), email),
  );
  print(`Removed the second factor of ${email}; all sessions of that account have ended.`);
}

/** `members:reset-factor`: the person gets a mail, and may cancel until it takes effect. */
export async function runMembersResetFactor(options: {
  email: string;
  json?: boolean;
}): Promise<void> {
  const { email, json } = options;
  const { effectiveAt } = await withApplication((application) =>
    application.get(LostFactorsService).request(RequestContext.job('members.reset_factor'), email),
  );
  const at = effectiveAt.toISOString();
  if (json) printJson({ email, effectiveAt: at });
  else print(`The second factor of ${email} is removed at ${at}, unless a session cancels it.`);
}
