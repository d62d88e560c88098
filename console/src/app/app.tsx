import { RouterProvider } from '@tanstack/react-router';
import { RouterProvider as AriaRouterProvider } from 'react-aria-components';
import { useSyncExternalStore } from 'react';
import { RecoveryCodes } from '../second-factor/recovery-codes';
import { Notices } from '../ui/feedback';
import { areas } from './areas';
import { routerOf } from './router';

/** The pages of the area that this tab is in: the team's and staff's, or a business in a support session. */
export function App() {
  const area = useSyncExternalStore(areas.subscribe, areas.current);
  const router = routerOf(area);
  return (
    <AriaRouterProvider navigate={(to) => void router.navigate({ to })}>
      <RouterProvider key={area} router={router} />
      <RecoveryCodes />
      <Notices />
    </AriaRouterProvider>
  );
}
