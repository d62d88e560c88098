import { RequestContext } from '../../common/request-context';
import { RecordingsService } from '../recordings/recordings.service';
import { CommandFailure } from '../../cli/support/failure';
import { countOf, print, printJson } from '../../cli/support/output';
import { showProgress } from '../../cli/support/progress';
import { withApplication } from '../../cli/support/with-application';

/**
 * `usage:verify`: compares the counters of all businesses with the rows they count. @throws CommandFailure when any
 * differs
 */
export async function runUsageVerify({ json }: { json?: boolean }): Promise<void> {
  const { verified, unequal } = await withApplication(async (application) => {
    const progress = showProgress('Verifying');
    try {
      return await application
        .get(RecordingsService)
        .verifyAll(RequestContext.job('usage.verify'), (done) => progress.report(done));
    } finally {
      progress.end();
    }
  });
  const businesses = countOf(verified, 'business', 'businesses');
  if (json) printJson({ verified, unequal });
  else
    for (const { businessId, counter, rows } of unequal)
      print(`${businessId}  counter ${counter}  rows ${rows}`);
  if (unequal.length > 0) throw new CommandFailure(`${unequal.length} of ${businesses} differ`);
  if (!json) print(`${businesses} verified: every counter equals its rows.`);
}
