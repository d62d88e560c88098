import { RequestContext } from '../../common/request-context';
import {
  CreateServiceKeyRequest,
  toCreatedServiceKeyResponse,
} from '../../modules/service-keys/dto/service-key';
import { ServiceKeysService } from '../../modules/service-keys/service-keys.service';
import { validateFields } from '../../platform/http/validation';
import { print, printJson } from '../support/output';
import { withApplication } from '../support/with-application';

export interface CreateServiceKeyOptions {
  name: string;
  scopes: string[];
  businessIds?: string[];
  expiresAt?: string;
  json?: boolean;
}

/** `service-keys:create`: creates a key for a back end of the founder's; standard output is the only place that has it. */
export async function runServiceKeysCreate({
  json,
  ...options
}: CreateServiceKeyOptions): Promise<void> {
  const request = validateFields(CreateServiceKeyRequest, options);
  const created = await withApplication((application) =>
    application.get(ServiceKeysService).create(RequestContext.job('service_keys.create'), request),
  );
  if (json) return printJson(toCreatedServiceKeyResponse(created));
  const { id, name } = created.serviceKey;
  print(`Created the service key ${id}, ${name}. Keep it; it is not shown again:\n${created.key}`);
}
