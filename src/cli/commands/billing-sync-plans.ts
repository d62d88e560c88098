import type { INestApplicationContext } from '@nestjs/common';
import { RequestContext } from '../../common/request-context';
import {
  CatalogService,
  type CatalogDifference,
} from '../../modules/billing/catalog/catalog.service';
import {
  OtherStripeAccount,
  StripeAccountService,
} from '../../modules/billing/account/stripe-account.service';
import { StripeApi } from '../../platform/stripe/stripe-api';
import { CommandFailure } from '../support/failure';
import { countOf, print, printJson } from '../support/output';
import { withApplication } from '../support/with-application';

export interface SyncPlansOptions {
  dryRun?: boolean;
  json?: boolean;
}

/** `billing:sync-plans`: shows what Stripe's catalogue lacks of the plans that have a price, and makes it so. */
export async function runSyncPlans({ dryRun = false, json }: SyncPlansOptions): Promise<void> {
  const differences = await withApplication(async (application) => {
    requireStripe(application);
    const catalog = application.get(CatalogService);
    const context = RequestContext.job('billing.sync_plans');
    await checkAccount(application);
    const found = await catalog.compare(context);
    if (!json) show(found);
    if (!dryRun) await catalog.sync(context);
    return found;
  });
  if (json) printJson({ dryRun, differences });
  else if (differences.length > 0) print(dryRun ? 'Nothing was changed.' : 'Done.');
}

/** @throws CommandFailure where this installation takes no payments */
export function requireStripe(application: INestApplicationContext): void {
  if (!application.get(StripeApi).isConfigured)
    throw new CommandFailure('there is no STRIPE_SECRET_KEY: this installation takes no payments');
}

/** @throws CommandFailure where the key is of another Stripe account than what is here */
export async function checkAccount(application: INestApplicationContext): Promise<void> {
  try {
    await application.get(StripeAccountService).check();
  } catch (error) {
    throw error instanceof OtherStripeAccount ? new CommandFailure(error.message) : error;
  }
}

function show(differences: CatalogDifference[]): void {
  if (differences.length === 0) return print('Every plan with a price is at Stripe as it is here.');
  print(countOf(differences.length, 'difference', 'differences'));
  for (const { slug, change, detail } of differences)
    print(`  ${slug.padEnd(16)} ${change.replaceAll('_', ' ').padEnd(14)} ${detail}`);
}
