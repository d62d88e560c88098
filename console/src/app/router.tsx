import { UnauthenticatedError } from '@tenantry/client';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { Area } from '../api/session';
import { productRoutes } from '../product/routes';
import { BASE } from './areas';
import { MissingPage, BrokenPage } from './missing-page';
import { meQuery, queryClient } from './queries';
import { PublicLayout } from './public-layout';
import { isStaff } from './staff-session';

const root = createRootRoute({ component: Outlet });

const publicLayout = createRoute({
  getParentRoute: () => root,
  id: 'public',
  component: PublicLayout,
});

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** The keys of mailed links, and where to go after logging in. */
const linkSearch = (search: Record<string, unknown>) => ({
  next: text(search.next),
  activationKey: text(search.activationKey),
  token: text(search.token),
});

const open = (path: string, page: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({
    getParentRoute: () => publicLayout,
    path,
    validateSearch: linkSearch,
    component: lazyRouteComponent(page),
  });

const publicPages = [
  open('/login', () => import('../public/log-in')),
  open('/company-login', () => import('../public/company-login')),
  open('/sign-in/$provider', () => import('../public/provider-answer')),
  open('/signup', () => import('../public/sign-up')),
  open('/forgot-password', () => import('../public/forgot-password')),
  open('/reset-password', () => import('../public/reset-password')),
  open('/verify-email', () => import('../public/verify-email')),
  open('/confirm-email', () => import('../public/confirm-email')),
  open('/undo-email-change', () => import('../public/undo-email-change')),
  open('/staff/login', () => import('../staff/log-in')),
];

export const teamLayout = createRoute({
  getParentRoute: () => root,
  id: 'team',
  component: lazyRouteComponent(() => import('./team-layout'), 'TeamLayout'),
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) throw error;
      redirect({ to: '/login', search: { next: location.href }, throw: true });
    }
  },
});

const team = (path: string, page: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => teamLayout, path, component: lazyRouteComponent(page) });

const teamPages = [
  team('/', () => import('../team/overview/page')),
  team('/usage/$feature', () => import('../team/usage/page')),
  team('/team', () => import('../team/members/page')),
  team('/api-keys', () => import('../team/api-keys/page')),
  team('/webhooks', () => import('../team/webhooks/page')),
  team('/webhooks/$id', () => import('../team/webhooks/endpoint-page')),
  team('/plan', () => import('../team/plan/page')),
  team('/billing', () => import('../team/billing/page')),
  team('/history', () => import('../team/history/page')),
  team('/audit-log', () => import('../team/audit-log/page')),
  team('/support-sessions', () => import('../team/support-sessions/page')),
  team('/account', () => import('../team/account/page')),
  team('/notifications', () => import('../team/notifications/page')),
  team('/settings', () => import('../team/settings/page')),
  team('/sso', () => import('../team/settings/sso')),
  team('/race', () => import('../team/race/page')),
];

const staffLayout = createRoute({
  getParentRoute: () => root,
  id: 'staff',
  component: lazyRouteComponent(() => import('./staff-layout'), 'StaffLayout'),
  beforeLoad: async ({ location }) => {
    if (await isStaff()) return;
    redirect({ to: '/staff/login', search: { next: location.href }, throw: true });
  },
});

const staff = (path: string, page: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => staffLayout, path, component: lazyRouteComponent(page) });

const staffPages = [
  staff('/staff', () => import('../staff/businesses/page')),
  staff('/staff/businesses/$id', () => import('../staff/business/page')),
  staff('/staff/plans', () => import('../staff/plans/page')),
  staff('/staff/features', () => import('../staff/features/page')),
  staff('/staff/service-keys', () => import('../staff/service-keys/page')),
  staff('/staff/webhooks', () => import('../staff/webhooks/page')),
  staff('/staff/webhooks/$id', () => import('../staff/webhooks/endpoint-page')),
  staff('/staff/jobs', () => import('../staff/jobs/page')),
  staff('/staff/webhook-inbox', () => import('../staff/webhook-inbox/page')),
  staff('/staff/audit-log', () => import('../staff/audit-log/page')),
  staff('/staff/account', () => import('../staff/account/page')),
  staff('/staff/health', () => import('../staff/health/page')),
];

const routeTree = root.addChildren([
  publicLayout.addChildren(publicPages),
  teamLayout.addChildren([...teamPages, ...productRoutes(() => teamLayout)]),
  staffLayout.addChildren(staffPages),
]);

const routers = new Map<Area, ReturnType<typeof makeRouter>>();

function makeRouter(area: Area) {
  return createRouter({
    routeTree,
    basepath: BASE[area],
    defaultPreload: 'intent',
    defaultNotFoundComponent: MissingPage,
    defaultErrorComponent: BrokenPage,
    scrollRestoration: true,
  });
}

export function routerOf(area: Area): ReturnType<typeof makeRouter> {
  const router = routers.get(area) ?? makeRouter(area);
  routers.set(area, router);
  return router;
}
