import { ReauthenticationRequiredError, type Tenantry } from '@tenantry/client';
import { askForProof } from './proof';
import { clientOf } from './session';

/** Of a page of a list. */
export interface ListQuery {
  limit?: number;
  cursor?: string;
}

/** Calls an operation in the session that its route asks for. @throws what the client throws */
export const call: Tenantry['call'] = async (operation, ...rest) => {
  const send = () => clientOf(operation.path).call(operation, ...rest);
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ReauthenticationRequiredError) || !(await askForProof())) throw error;
    return send();
  }
};
