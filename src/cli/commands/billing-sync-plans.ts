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

/** `billing:sync-plans`: shows how Stripe's catalogue differs from the plans with a price, and updates it. */
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

/** @throws CommandFailure where payments are not configured */
export function requireStripe(application: INestApplicationContext): void {
  if (!application.get(StripeApi).isConfigured)
    throw new CommandFailure('STRIPE_SECRET_KEY is unset: this installation takes no payments');
}

/** @throws CommandFailure where the key belongs to another Stripe account than the stored ids */
export async function checkAccount(application: INestApplicationContext): Promise<void> {
  try {
    await application.get(StripeAccountService).check();
  } catch (error) {
    throw error instanceof OtherStripeAccount ? new CommandFailure(error.message) : error;
  }
}

function show(differences: CatalogDifference[]): void {
  if (differences.length === 0) return print('Stripe has every plan with a price, up to date.');
  print(countOf(differences.length, 'difference', 'differences'));
  for (const { slug, change, detail } of differences)
    print(`  ${slug.padEnd(16)} ${change.replaceAll('_', ' ').padEnd(14)} ${detail}`);
}
