import type Stripe from 'stripe';
import { setCard, type Card } from './cards';
import { completeCheckout } from './checkout';
import { runUntil } from './due';
import { changeSubscription } from './subscription-change';
import { hasEnded } from './subscription-end';
import { StripeFault } from './stripe-fault';
import type { World } from './world';

interface Page {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Buttons: what they send, and what they say. */
type Buttons = readonly (readonly [value: string, label: string])[];

const PAGES = /^\/(pay|portal|invoice|clock)(?:\/([^/]+))?$/;
const DAY_SECONDS = 86_400;

/** Whether a path is for people. */
export function isPage(path: string): boolean {
  return PAGES.test(path);
}

/** Minimal copies of Stripe's pages. */
export function answerPage(world: World, method: string, path: string, body: string): Page {
  const [, kind = '', id = ''] = PAGES.exec(path) ?? [];
  const action = method === 'POST' ? new URLSearchParams(body).get('action') : null;
  try {
    if (kind === 'pay') return payPage(world, id, action);
    if (kind === 'clock') return clockPage(world, action);
    if (kind === 'portal') return portalPage(world, id, action);
    return invoicePage(world.store.invoices.get(id));
  } catch (error) {
    if (error instanceof StripeFault) return html(error.status, error.message, '', []);
    throw error;
  }
}

function payPage(world: World, id: string, action: string | null): Page {
  const session = world.store.sessions.get(id);
  if (action === 'cancel') return redirect(session.cancel_url ?? session.success_url);
  if (action !== null) {
    const done = world.atomically(() => completeCheckout(world, id, action as Card | 'none'));
    const isPaid = done.status === 'complete';
    return redirect(isPaid ? withSession(done.success_url, id) : done.cancel_url);
  }
  const amount = `${((session.amount_total ?? 0) / 100).toFixed(2)} ${session.currency}`;
  const none = ['none', 'Start the trial without a card'] as const;
  return html(200, `Pay ${amount}`, `The session is ${session.status}.`, [
    ['good', 'Pay with a good card (4242)'],
    ['declined', 'Pay with a card that is declined (0341)'],
    ...(session.payment_method_collection === 'if_required' ? [none] : []),
    ['cancel', 'Go back'],
  ]);
}

function withSession(url: string | null, id: string): string | null {
  return url?.replaceAll('{CHECKOUT_SESSION_ID}', id) ?? null;
}

function portalPage(world: World, id: string, action: string | null): Page {
  const { customer, return_url: returnUrl } = world.store.portalSessions.get(id);
  const subscription = runningOf(world, customer);
  if (action === 'return') return redirect(returnUrl);
  if (action !== null) {
    world.atomically(() => actInPortal(world, customer, action));
    return redirect(`${world.url}/portal/${id}`);
  }
  const ends = subscription !== undefined && subscription.cancel_at !== null;
  const text = subscription ? `The subscription is ${subscription.status}.` : 'No subscription.';
  return html(200, 'Billing', ends ? `${text} It ends with its period.` : text, [
    ['good', 'Use a good card (4242)'],
    ['declined', 'Use a card that is declined (0341)'],
    ...(subscription
      ? [[ends ? 'keep' : 'end', ends ? 'Keep it' : 'Cancel at the end'] as const]
      : []),
    ['return', 'Go back'],
  ]);
}

function runningOf({ store }: World, customer: string): Stripe.Subscription | undefined {
  return store.subscriptions.all().findLast((row) => row.customer === customer && !hasEnded(row));
}

/** A button of the portal. In flexible billing mode it cancels by a date. */
export function actInPortal(world: World, customer: string, action: string): void {
  const subscription = runningOf(world, customer);
  if (action === 'good' || action === 'declined') return void setCard(world, customer, action);
  if (!subscription) return;
  const change = { behavior: 'none', fields: {} } as const;
  if (action === 'keep')
    return void changeSubscription(world, subscription, { ...change, cancelAt: null });
  const isFlexible = subscription.billing_mode.type === 'flexible';
  const end = isFlexible ? ({ cancelAt: 'max_period_end' } as const) : { cancelAtPeriodEnd: true };
  changeSubscription(world, subscription, { ...change, ...end });
}

function invoicePage({ number, status, total, currency }: Stripe.Invoice): Page {
  const text = `${(total / 100).toFixed(2)} ${currency}, ${status}.`;
  return html(200, `Invoice ${number ?? 'without a number'}`, text, []);
}

/** For development: time passes at a click. */
function clockPage(world: World, action: string | null): Page {
  if (action !== null) {
    const seconds = world.now + Number(action);
    if (Number.isInteger(seconds)) runUntil(world, new Date(seconds * 1000));
    return redirect(`${world.url}/clock`);
  }
  return html(200, world.clock.now.toUTCString(), 'Let time pass.', [
    ['3660', 'an hour'],
    [String(DAY_SECONDS), 'a day'],
    [String(31 * DAY_SECONDS), '31 days'],
  ]);
}

function redirect(location: string | null): Page {
  return { status: 303, headers: { location: location ?? '/' }, body: '' };
}

function html(status: number, title: string, text: string, buttons: Buttons): Page {
  const rows = buttons.map(
    ([value, label]) =>
      `<p><button name="action" value="${value}">${escapeHtml(label)}</button></p>`,
  );
  const body = `<!doctype html><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<body style="font-family: sans-serif; max-width: 30em; margin: 4em auto">
<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><form method="post">${rows.join('')}</form>
<p><small>Local Stripe: no money moves.</small></p>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
