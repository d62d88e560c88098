import { useSyncExternalStore } from 'react';

/** Whether the session of this tab has ended while a page was open. */
let hasEnded = false;
const listeners = new Set<() => void>();

export const endedSession = {
  get: (): boolean => hasEnded,
  set(next: boolean): void {
    hasEnded = next;
    listeners.forEach((listener) => listener());
  },
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useEndedSession(): boolean {
  return useSyncExternalStore(endedSession.subscribe, endedSession.get);
}
