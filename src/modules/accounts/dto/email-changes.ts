import { Email, Flag, Instant, Nested, Text } from '../../../common/fields';
import type { OwnEmail } from '../email-changes.service';

const KEY_LENGTH = 200;

export class ChangeEmailRequest {
  @Email({ example: 'ada@example.com' })
  email!: string;
}

export class EmailChangeTokenRequest {
  @Text({ min: 1, max: KEY_LENGTH, description: 'From the mail' })
  token!: string;
}

export class EmailChangeResponse {
  @Email()
  newEmail!: string;

  @Flag({ description: 'Whether the present address has confirmed' })
  oldConfirmed!: boolean;

  @Flag({ description: 'Whether the new address has confirmed' })
  newConfirmed!: boolean;

  @Instant()
  expiresAt!: string;
}

export class OwnEmailResponse {
  @Email()
  email!: string;

  @Nested(() => EmailChangeResponse, { nullable: true, description: 'Null: none waits' })
  change!: EmailChangeResponse | null;
}

export class ConfirmedEmailChangeResponse {
  @Flag({ description: 'Whether the address has changed; false: the other one has to confirm' })
  done!: boolean;
}

export function toOwnEmailResponse({ email, change }: OwnEmail): OwnEmailResponse {
  if (!change) return { email, change };
  const { newEmail, oldConfirmedAt, newConfirmedAt, expiresAt } = change;
  return {
    email,
    change: {
      newEmail,
      oldConfirmed: oldConfirmedAt !== null,
      newConfirmed: newConfirmedAt !== null,
      expiresAt: expiresAt.toISOString(),
    },
  };
}
