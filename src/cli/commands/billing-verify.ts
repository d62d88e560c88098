import { RequestContext } from '../../common/request-context';
import { VerificationService } from '../../modules/billing/sync/verification.service';
import { checkAccount, requireStripe } from './billing-sync-plans';
import { CommandFailure } from '../support/failure';
import { countOf, print, printJson } from '../support/output';
import { showProgress } from '../support/progress';
import { withApplication } from '../support/with-application';

export interface VerifyBillingOptions {
  repair?: boolean;
  json?: boolean;
}

/** `billing:verify`: compares every Stripe subscription with the local one. @throws CommandFailure when one differs */
export async function runVerifyBilling({ repair, json }: VerifyBillingOptions): Promise<void> {
  const { compared, differences } = await withApplication(async (application) => {
    requireStripe(application);
    await checkAccount(application);
    const progress = showProgress('Comparing');
    try {
      const context = RequestContext.job('billing.verify');
      return await application
        .get(VerificationService)
        .verify(context, repair, (done) => progress.report(done));
    } finally {
      progress.end();
    }
  });
  const customers = countOf(compared, 'customer', 'customers');
  if (json) printJson({ compared, differences });
  else
    for (const { businessId, stripeSubscriptionId, detail } of differences)
      print(`${businessId}  ${stripeSubscriptionId}  ${detail}`);
  if (differences.length > 0)
    throw new CommandFailure(`${differences.length} differ, of ${customers}`);
  if (!json) print(`${customers} compared: no differences.`);
}
