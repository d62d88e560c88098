import { RequestContext } from '../../common/request-context';
import {
  RenewalService,
  type RenewalReport,
} from '../../modules/subscriptions/renewal/renewal.service';
import { countOf, print, printJson } from '../support/output';
import { showProgress } from '../support/progress';
import { withApplication } from '../support/with-application';

export interface RenewOptions {
  dryRun?: boolean;
  json?: boolean;
}

/**
 * `subscriptions:renew`: renews or ends every subscription whose period has ended, as the server's cron does each
 * minute.
 */
export async function runSubscriptionsRenew({ dryRun = false, json }: RenewOptions): Promise<void> {
  const report = await withApplication((application) => {
    const renewal = application.get(RenewalService);
    const context = RequestContext.job('subscription.renew');
    return dryRun ? renewal.preview(context) : renewAll(renewal, context);
  });
  if (json) printJson({ dryRun, ...report });
  else print(describeReport(report, dryRun));
}

async function renewAll(renewal: RenewalService, context: RequestContext): Promise<RenewalReport> {
  const progress = showProgress('Renewing', await renewal.countDue(context));
  try {
    return await renewal.renewAll(context, (decided) => progress.report(decided));
  } finally {
    progress.end();
  }
}

function describeReport(report: RenewalReport, dryRun: boolean): string {
  const { renewed, moved, expired, canceled, behind } = report;
  const decided = countOf(renewed + moved + expired + canceled, 'subscription', 'subscriptions');
  const head = dryRun ? `${decided} would be processed now` : `${decided} decided`;
  const lines = [
    head,
    ...Object.entries({ renewed, moved, expired, canceled, behind }).map(
      ([outcome, count]) => `  ${outcome.padEnd(8)} ${count}`,
    ),
  ];
  if (behind > 0) lines.push('More periods have ended than one run closes: run it again.');
  return lines.join('\n');
}
