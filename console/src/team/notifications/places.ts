import type { NotificationResponse } from '@tenantry/client';
import { productNavigation } from '../../product/routes';
import type { IconName } from '../../ui/icon-paths';

interface Place {
  /** The page that shows the thing; undefined: none. */
  to: string | undefined;
  icon: IconName;
}

const PLACES: Partial<Record<string, Place>> = {
  api_key: { to: '/api-keys', icon: 'keys' },
  business: { to: '/settings', icon: 'settings' },
  invitation: { to: '/team', icon: 'mail' },
  invoice: { to: '/billing', icon: 'billing' },
  member: { to: '/team', icon: 'team' },
  subscription: { to: '/plan', icon: 'plan' },
  support_session: { to: '/support-sessions', icon: 'support' },
  trial: { to: '/plan', icon: 'plan' },
  usage: { to: '/', icon: 'usage' },
};

/** Where a notification leads. A thing of the product has a page of its name. */
export function placeOf({ type, data }: Pick<NotificationResponse, 'type' | 'data'>): Place {
  const [thing = ''] = type.split('.');
  const { feature, webhookEndpointId } = data as Partial<Record<string, string>>;
  if (thing === 'usage' && feature) return { to: `/usage/${feature}`, icon: 'usage' };
  if (webhookEndpointId) return { to: `/webhooks/${webhookEndpointId}`, icon: 'external' };
  const ofProduct = productNavigation.find(({ to }) => to === `/${thing}s`);
  return PLACES[thing] ?? { to: ofProduct?.to, icon: ofProduct?.icon ?? 'bell' };
}
