import {
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query';
import { me } from '../api/operations';
import { currentBusiness, showBusiness } from '../api/session';
import {
  PermissionDeniedError,
  SessionInOtherBusinessError,
  UnauthenticatedError,
  type MeResponse,
  type Permission,
} from '@tenantry/client';
import { endedSession } from './ended-session';

const FRESH_MS = 10_000;

/** The first question of a page is whether there is a session at all. */
function isInside(): boolean {
  return [['me'], ['staff', 'me']].some((key) => queryClient.getQueryData(key) !== undefined);
}

/** What an error of any request says about the session and the role. */
export function noticeEnd(error: unknown): void {
  if (error instanceof UnauthenticatedError && isInside()) endedSession.set('ended');
  if (error instanceof SessionInOtherBusinessError) endedSession.set('moved');
  // The role has changed since the page asked: what it offers changes with it.
  if (error instanceof PermissionDeniedError)
    void queryClient.invalidateQueries({ queryKey: ['me'] });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({
    onError: noticeEnd,
    // Every write shows in what is on the page; a page holds little enough to be read again.
    onSuccess: () => queryClient.invalidateQueries({ predicate: ({ meta }) => !meta?.isLasting }),
  }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: false, // the client repeats what is worth it
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

/** Keeps what the page shows where another tab has switched to another business, and says so. */
async function readMe(): Promise<MeResponse> {
  const found = await me.get();
  const shown = queryClient.getQueryData<MeResponse>(['me']);
  if (shown && currentBusiness() && found.business?.id !== currentBusiness()) {
    endedSession.set('moved');
    return shown;
  }
  showBusiness(found.business?.id ?? null);
  return found;
}

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: readMe, staleTime: 60_000 });

/** Who is logged in, and what they may do. The layout has loaded it before any page is shown. */
export function useMe(): MeResponse & { may: (permission: Permission) => boolean } {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('a page outside the layout asks who is logged in');
  return { ...data, may: (permission) => data.permissions.includes(permission) };
}
