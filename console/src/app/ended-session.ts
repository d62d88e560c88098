import { useSyncExternalStore } from 'react';

/** What became of the session while a page was open: it ended, or another tab switched it to another business. */
export type Ending = 'ended' | 'moved';

let ending: Ending | null = null;
const listeners = new Set<() => void>();

export const endedSession = {
  get: (): Ending | null => ending,
  set(next: Ending | null): void {
    ending = next;
    listeners.forEach((listener) => listener());
  },
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useEndedSession(): Ending | null {
  return useSyncExternalStore(endedSession.subscribe, endedSession.get);
}
