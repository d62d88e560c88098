import { RequestContext } from '../../common/request-context';
import { TimeShiftService } from '../../modules/ops/time-shift.service';
import { CommandFailure } from '../support/failure';
import { countOf, print } from '../support/output';
import { withApplication } from '../support/with-application';

export interface ShiftTimeOptions {
  business: string;
  days: number;
}

/** `dev:shift-time`: moves one business into the past, so that time seems to have passed for it. */
export async function runShiftTime({ business, days }: ShiftTimeOptions): Promise<void> {
  const period = await withApplication((application) =>
    application.get(TimeShiftService).shift(RequestContext.job('dev.shift_time', business), days),
  );
  if (!period) throw new CommandFailure(`there is no business ${business}`);
  const { start, end } = period;
  print(
    `Moved ${business} by ${countOf(days, 'day', 'days')} into the past: ` +
      `its current period is now ${start.toISOString()} to ${end.toISOString()}.`,
  );
  if (end.getTime() <= Date.now())
    print(
      'That period has ended; a server renews it within a minute, subscriptions:renew at once.',
    );
}
