import { createRoute, lazyRouteComponent, type AnyRoute } from '@tanstack/react-router';
import type { NavigationItem } from '../app/shell';
import { text } from '../text/catalogue';

// What the product adds to the team's pages: their addresses, and their places in the navigation.

export const productRoutes = (parent: () => AnyRoute) => [
  createRoute({
    getParentRoute: parent,
    path: '/recordings',
    component: lazyRouteComponent(() => import('./recordings/list-page')),
  }),
  createRoute({
    getParentRoute: parent,
    path: '/recordings/$id',
    component: lazyRouteComponent(() => import('./recordings/detail-page')),
  }),
  createRoute({
    getParentRoute: parent,
    path: '/applications',
    component: lazyRouteComponent(() => import('./applications/page')),
  }),
];

export const productNavigation: readonly NavigationItem[] = [
  {
    to: '/recordings',
    label: text.recordings.title,
    icon: 'recordings',
    permission: 'recordings:read',
  },
  {
    to: '/applications',
    label: text.applications.title,
    icon: 'applications',
    permission: 'applications:read',
  },
];
