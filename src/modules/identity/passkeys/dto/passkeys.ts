import { Flag, Id, Instant, JsonObject, list, Name, Nested, Text } from '../../../../common/fields';
import { SessionRequest } from '../../dto/session.request';
import type { AddedPasskey } from '../../second-factors/second-factors.service';
import type { ListedPasskey } from '../passkeys.repository';

const MOST_BYTES = 16_384; // a key of RSA with an attestation has some 2,000
const NAME_LENGTH = 60;

/** The answer of an authenticator, as browsers give it. */
export function PasskeyAnswer(optional = false): PropertyDecorator {
  const description =
    'What `navigator.credentials` gave, by its `toJSON()`: `id`, `rawId`, `type`, `response`, in base64url';
  return JsonObject({ maxBytes: MOST_BYTES, optional, description });
}

/** Options of the browser's own kind: `PublicKeyCredential.parse…OptionsFromJSON` reads them. */
export class PasskeyOptionsResponse {
  @JsonObject({
    maxBytes: MOST_BYTES,
    description:
      'For `navigator.credentials`, by `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`; 5 minutes',
  })
  options!: object;
}

export class CreatePasskeyRequest {
  @Name({ max: NAME_LENGTH, description: 'By which its owner knows it', example: 'My phone' })
  name!: string;

  @PasskeyAnswer()
  passkey!: object;
}

export class RenamePasskeyRequest {
  @Name({ max: NAME_LENGTH, example: 'My phone' })
  name!: string;
}

export class StaffPasskeyLoginRequest extends SessionRequest {
  @PasskeyAnswer()
  passkey!: object;
}

export class PasskeyLoginRequest extends StaffPasskeyLoginRequest {
  @Id({ optional: true, description: 'The business; by default the one used last' })
  businessId?: string;
}

export class PasskeyResponse {
  @Id()
  id!: string;

  @Text()
  name!: string;

  @Flag({ description: 'Whether it is on several devices, by their maker' })
  isSynced!: boolean;

  @Instant()
  createdAt!: string;

  @Instant({ nullable: true })
  lastUsedAt!: string | null;
}

export class CreatedPasskeyResponse {
  @Nested(() => PasskeyResponse)
  passkey!: PasskeyResponse;

  @list(
    { description: 'Ten, with the first second factor; empty where codes are left' },
    { type: 'array', items: { type: 'string', example: 'abcdef-ghijkl-mnopqr-stuvwx' } },
    [],
  )
  recoveryCodes!: string[];
}

export function toPasskeyResponse(passkey: ListedPasskey): PasskeyResponse {
  const { id, name, isSynced, createdAt, lastUsedAt } = passkey;
  return {
    id,
    name,
    isSynced,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

export function toCreatedPasskeyResponse(added: AddedPasskey): CreatedPasskeyResponse {
  return { passkey: toPasskeyResponse(added.passkey), recoveryCodes: added.recoveryCodes };
}
