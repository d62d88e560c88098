import { loadConfig } from '../../platform/config/config';
import { CommandFailure } from '../support/failure';
import { Interruption, watchSignals } from '../support/interruption';
import type { LocalStripe } from '@tenantry/local-stripe';
import { note, print } from '../support/output';

export interface StripeLocalOptions {
  port: number;
  forwardTo: string;
}

// Credentials of a server without money: not secret.
const API_KEY = 'sk_test_local';
const WEBHOOK_SECRET = 'whsec_local';

/** `stripe:local`: runs a local Stripe until it is interrupted. */
export async function runStripeLocal({ port, forwardTo }: StripeLocalOptions): Promise<void> {
  if (loadConfig().environment === 'production')
    throw new CommandFailure('the local Stripe moves no money and is not for production');
  const signals = watchSignals();
  const secrets = { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET };
  const { LocalStripe } = await import('@tenantry/local-stripe');
  const stripe = await LocalStripe.start({ port, ...secrets, live: true });
  try {
    stripe.deliverTo(forwardTo);
    describe(stripe, forwardTo);
    await signals.unlessInterrupted(() => new Promise<never>(() => undefined));
  } catch (error) {
    if (!(error instanceof Interruption)) throw error; // an interruption is the normal end
  } finally {
    await stripe.close();
    signals.end();
  }
}

function describe({ url }: LocalStripe, forwardTo: string): void {
  note(`A local Stripe listens on ${url} and sends its events to ${forwardTo}.`);
  note(`It uses real time; move it forward at ${url}/clock.`);
  note(
    'Put this into .env and restart the server. Ctrl-C stops the local Stripe and discards its data.',
  );
  print(`STRIPE_SECRET_KEY=${API_KEY}`);
  print(`STRIPE_WEBHOOK_SECRET=${WEBHOOK_SECRET}`);
  print(`STRIPE_API_BASE=${url}`);
}
