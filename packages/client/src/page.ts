/** As much of a page as the queue listens to; workers and Node have none. */
interface Page {
  addEventListener(name: string, listener: () => void): void;
  removeEventListener(name: string, listener: () => void): void;
}

interface Reactions {
  /** The page is left, or may be ended without a further word. */
  hidden: () => void;
  /** The network is back. */
  online: () => void;
}

/** @returns what ends it */
export function watchPage({ hidden, online }: Reactions): () => void {
  const { document, addEventListener, removeEventListener } = globalThis as {
    document?: Page & { visibilityState: string };
    addEventListener?: Page['addEventListener'];
    removeEventListener?: Page['removeEventListener'];
  };
  if (!document || !addEventListener) return () => undefined;
  const whenHidden = (): void => {
    if (document.visibilityState === 'hidden') hidden();
  };
  document.addEventListener('visibilitychange', whenHidden);
  addEventListener('pagehide', hidden);
  addEventListener('online', online);
  return () => {
    document.removeEventListener('visibilitychange', whenHidden);
    removeEventListener?.('pagehide', hidden);
    removeEventListener?.('online', online);
  };
}
