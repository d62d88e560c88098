import { RequestContext } from '../../common/request-context';
import { UsageReadsService } from '../../modules/usage/usage-reads.service';
import { CommandFailure } from '../support/failure';
import { countOf, print, printJson } from '../support/output';
import { showProgress } from '../support/progress';
import { withApplication } from '../support/with-application';

/**
 * `usage:verify`: compares the counters of all businesses with the rows and events they count. @throws CommandFailure when any
 * differs
 */
export async function runUsageVerify({ json }: { json?: boolean }): Promise<void> {
  const { verified, unequal } = await withApplication(async (application) => {
    const progress = showProgress('Verifying');
    try {
      return await application
        .get(UsageReadsService)
        .verifyAll(RequestContext.job('usage.verify'), (done) => progress.report(done));
    } finally {
      progress.end();
    }
  });
  const counters = countOf(verified, 'counter', 'counters');
  if (json) printJson({ verified, unequal });
  else
    for (const { businessId, feature, counter, rows } of unequal)
      print(`${businessId}  ${feature}  counter ${counter}  rows ${rows}`);
  if (unequal.length > 0) throw new CommandFailure(`${unequal.length} of ${counters} differ`);
  if (!json) print(`${counters} verified: every counter equals its rows.`);
}
