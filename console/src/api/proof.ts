// What needs a recent proof is refused, asks for one in a dialog, and is sent again: nothing typed is lost.

let waiting: ((isProven: boolean) => void)[] = [];
const listeners = new Set<() => void>();

function tell(): void {
  listeners.forEach((listener) => listener());
}

export const askedProof = {
  isAsked: (): boolean => waiting.length > 0,
  /** Proven, or given up. */
  settle(isProven: boolean): void {
    const settled = waiting;
    waiting = [];
    tell();
    settled.forEach((resolve) => resolve(isProven));
  },
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** @returns whether it was given; requests that wait at the same time share one dialog */
export function askForProof(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting = [...waiting, resolve];
    tell();
  });
}
