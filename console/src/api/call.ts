import type { Tenantry } from '@tenantry/client';
import { clientOf } from './session';

/** Of a page of a list. */
export interface ListQuery {
  limit?: number;
  cursor?: string;
}

/** Calls an operation in the session that its route asks for. @throws what the client throws */
export const call: Tenantry['call'] = (operation, ...rest) =>
  clientOf(operation.path).call(operation, ...rest);
