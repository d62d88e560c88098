import { UnauthenticatedError } from '@tenantry/client';
import { staffBusinesses } from '../api/staff-operations';
import { queryClient } from './queries';

/** Whether this browser has a staff session. Staff have no page of their own to ask for, so a short list is asked. */
export async function isStaff(): Promise<boolean> {
  try {
    await queryClient.ensureQueryData({
      queryKey: ['staff', 'session'],
      queryFn: () => staffBusinesses.list({ limit: 1 }),
      staleTime: 60_000,
    });
    return true;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return false;
    throw error;
  }
}

const NAME = 'tenantry-staff-name';

/** For the menu of this tab: the API tells a name only when staff log in. */
export function keepStaffName(name: string): void {
  sessionStorage.setItem(NAME, name);
}

export function staffName(): string {
  return sessionStorage.getItem(NAME) ?? '';
}
