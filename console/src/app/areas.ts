import { currentArea, enterArea, type Area } from '../api/session';
import { queryClient } from './queries';

/** Pages of a support session have addresses of their own, so that no tab mistakes whose data it shows. */
export const BASE: Record<Area, string> = { team: '/console', support: '/console/support' };

const listeners = new Set<() => void>();

function areaOf(path: string): Area {
  return path === BASE.support || path.startsWith(`${BASE.support}/`) ? 'support' : 'team';
}

/** Mailed links and the upgrade page have addresses outside the console's own. */
if (!location.pathname.startsWith(BASE.team))
  history.replaceState(null, '', `${BASE.team}${location.pathname}${location.search}`);
enterArea(areaOf(location.pathname));

export const areas = {
  current: currentArea,
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Goes to a page of another area. Nothing of the old one stays in memory. */
  enter(area: Area, path: string): void {
    queryClient.clear();
    history.pushState(null, '', `${BASE[area]}${path}`);
    enterArea(area);
    listeners.forEach((listener) => listener());
  },
};
