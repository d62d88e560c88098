import { useNavigate, useSearch } from '@tanstack/react-router';
import { meQuery, queryClient } from '../app/queries';

export interface LinkSearch {
  next?: string;
  activationKey?: string;
  token?: string;
}

/** What the address says: the key of a mailed link, and where to go after logging in. */
export function useLink(): LinkSearch {
  return useSearch({ strict: false });
}

/** Goes with a new session to the page that was asked for, of this console only. */
export function useEntry(): (to?: string) => Promise<void> {
  const navigate = useNavigate();
  const { next } = useLink();
  return async (to) => {
    queryClient.clear();
    await queryClient.fetchQuery(meQuery);
    const isOwn = next?.startsWith('/') && !next.startsWith('//');
    await navigate({ to: to ?? (isOwn ? next : '/') });
  };
}
