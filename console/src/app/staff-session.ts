import { queryOptions } from '@tanstack/react-query';
import { UnauthenticatedError } from '@tenantry/client';
import { staffAuth } from '../api/staff-operations';
import { queryClient } from './queries';

export const staffMeQuery = queryOptions({
  queryKey: ['staff', 'me'],
  queryFn: staffAuth.get,
  staleTime: 60_000,
});

/** Whether this browser has a staff session. */
export async function isStaff(): Promise<boolean> {
  try {
    await queryClient.ensureQueryData(staffMeQuery);
    return true;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false;
    throw error;
  }
}
