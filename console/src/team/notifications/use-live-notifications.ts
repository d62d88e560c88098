import { useEffect } from 'react';
import type { MeResponse } from '@tenantry/client';
import { liveEvents } from '../../api/live-events';
import { noticeEnd, queryClient } from '../../app/queries';

/** So that many events at once are one request. */
const TOGETHER_MS = 150;

/** A hidden tab asks when it is looked at. */
function readAgain(): Promise<void> {
  const refetchType = document.visibilityState === 'hidden' ? 'none' : 'active';
  return queryClient.invalidateQueries({ queryKey: ['notifications'], refetchType });
}

async function follow(name: string, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void readAgain(), TOGETHER_MS);
  };
  try {
    for await (const _ of liveEvents({ name, signal, onBegin: later })) later();
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps the bell and the page of notifications as they are on the server. */
export function useLiveNotifications({ user, business, support, member }: MeResponse): void {
  const isOpen = !support && user && business;
  const name = isOpen ? `${user.id} ${business.id} ${member?.role}` : null;
  useEffect(() => {
    if (name === null) return undefined;
    const stop = new AbortController();
    follow(name, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) noticeEnd(error);
    });
    return () => stop.abort();
  }, [name]);
}
