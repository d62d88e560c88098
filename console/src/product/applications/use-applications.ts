import { useQuery } from '@tanstack/react-query';
import type { ApplicationResponse } from '@tenantry/client';
import { applications } from '../operations';

const NONE: readonly ApplicationResponse[] = [];

/** The first hundred, for filters and names. */
export function useApplications(): readonly ApplicationResponse[] {
  const { data } = useQuery({
    queryKey: ['applications', 'first'],
    queryFn: () => applications.list({ limit: 100 }),
  });
  return data?.data ?? NONE;
}
