import type Stripe from 'stripe';
import { getCustomer } from './cards';
import type { ApiCall, Route } from './route';
import { newId } from './store';

export const portalRoutes: Route[] = [['POST', '/v1/billing_portal/sessions', createPortalSession]];

function createPortalSession({ world, params }: ApiCall): Stripe.BillingPortal.Session {
  const id = newId('bps');
  return world.store.portalSessions.put({
    id,
    object: 'billing_portal.session',
    configuration: 'bpc_local',
    created: world.now,
    customer: getCustomer(world, params.required('customer'), 'customer').id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: params.text('return_url') ?? null,
    url: `${world.url}/portal/${id}`,
  });
}
