import { RequestContext } from '../../common/request-context';
import { StripeAccountService } from '../../modules/billing/account/stripe-account.service';
import { requireStripe } from './billing-sync-plans';
import { CommandFailure } from '../support/failure';
import { countOf, print } from '../support/output';
import { withApplication } from '../support/with-application';

/**
 * `billing:move-account`: unlinks the Stripe account in use and links the account of STRIPE_SECRET_KEY.
 * @throws CommandFailure without `yes`, naming what would be unlinked
 */
export async function runMoveAccount({ yes = false }: { yes?: boolean }): Promise<void> {
  await withApplication(async (application) => {
    requireStripe(application);
    const account = application.get(StripeAccountService);
    const context = RequestContext.job('billing.move_account');
    const [bound, users] = await account.describe(context);
    const left = `${countOf(users.customers, 'customer', 'customers')} and ${countOf(users.subscriptions, 'subscription', 'subscriptions')} of ${bound?.id ?? 'the previous account'}`;
    if (!yes)
      throw new CommandFailure(
        `this would unlink ${left}: their businesses move to the default plan, and nothing is canceled at Stripe. ` +
          'Cancel them there first, then run it with --yes.',
      );
    await account.move(context);
    print(`Unlinked: ${left}. Run \`npm run cli -- billing:sync-plans\`, then start the server.`);
  });
}
