import { SERVICE_SCOPES, type ServiceScope } from '../../../common/access/permissions';
import { KeyResponse, toKeyResponse } from '../../../common/dto/issued-key';
import { ChoiceList, IdList, Instant, Name, Text } from '../../../common/fields';
import type { ServiceKey } from '../service-key.entity';
import type { CreatedServiceKey } from '../service-keys.repository';

const MOST_BUSINESSES = 100;

/** Also the input of `service-keys:create`. */
export class CreateServiceKeyRequest {
  @Name({ example: 'Export worker' })
  name!: string;

  @ChoiceList('ServiceScope', SERVICE_SCOPES, {
    min: 1,
    description: 'What the key may do',
    example: ['usage:write'],
  })
  scopes!: ServiceScope[];

  @IdList({
    optional: true,
    nullable: true,
    min: 1,
    max: MOST_BUSINESSES,
    description: 'The only businesses that it may name; without them, any',
  })
  businessIds?: string[] | null;

  @Instant({
    optional: true,
    nullable: true,
    description: 'Without it, the key is valid until it is revoked',
  })
  expiresAt?: string | null;
}

export class ServiceKeyResponse extends KeyResponse {
  @ChoiceList('ServiceScope', SERVICE_SCOPES)
  scopes!: ServiceScope[];

  @IdList({ nullable: true, description: 'Null: any' })
  businessIds!: string[] | null;
}

export class CreatedServiceKeyResponse extends ServiceKeyResponse {
  @Text({ description: 'Shown only once', example: 'tnv_…' })
  key!: string;
}

export function toServiceKeyResponse(serviceKey: ServiceKey): ServiceKeyResponse {
  const { id, name, hint, ...times } = toKeyResponse(serviceKey);
  const { scopes, businessIds } = serviceKey;
  return { id, name, hint, scopes, businessIds, ...times };
}

export function toCreatedServiceKeyResponse({
  serviceKey,
  key,
}: CreatedServiceKey): CreatedServiceKeyResponse {
  return { ...toServiceKeyResponse(serviceKey), key };
}
