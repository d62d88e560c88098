import type {
  CreatedPasskeyResponse,
  CreatePasskeyRequest,
  PasskeyOptionsResponse,
  PasskeyResponse,
} from '@tenantry/client';
import { text } from '../text/catalogue';
import { deviceOf } from '../ui/device';
import { ActionDialog } from '../ui/dialog';
import { Badge } from '../ui/feedback';
import { Field } from '../ui/fields';
import { Time } from '../ui/format';
import { Card } from '../ui/page';
import { createPasskey } from './passkeys';
import { showRecoveryCodes } from './recovery-codes';

/** What people and staff do with theirs. */
export interface PasskeyOperations {
  beginPasskey: () => Promise<PasskeyOptionsResponse>;
  createPasskey: (body: CreatePasskeyRequest) => Promise<CreatedPasskeyResponse>;
  renamePasskey: (id: string, body: { name: string }) => Promise<unknown>;
  deletePasskey: (id: string) => Promise<unknown>;
}

interface Props {
  passkeys: readonly PasskeyResponse[];
  operations: PasskeyOperations;
}

/** The passkeys of the reader: added, renamed, removed. */
export function PasskeyCard({ passkeys, operations }: Props) {
  return (
    <Card
      title={text.passkeys.title}
      lead={text.passkeys.lead}
      actions={<Add operations={operations} />}
    >
      {passkeys.length === 0 && <p className="hint">{text.passkeys.none}</p>}
      <ul className="entries">
        {passkeys.map((passkey) => (
          <Item key={passkey.id} passkey={passkey} operations={operations} />
        ))}
      </ul>
    </Card>
  );
}

function Add({ operations }: { operations: PasskeyOperations }) {
  const add = async ({ name = '' }: { name?: string }) => {
    const passkey = await createPasskey(await operations.beginPasskey());
    return operations.createPasskey({ name, passkey });
  };
  return (
    <ActionDialog
      open={text.passkeys.add}
      icon="plus"
      title={text.passkeys.add}
      submit={text.passkeys.go}
      send={add}
      onDone={({ recoveryCodes }) => showRecoveryCodes(recoveryCodes)}
    >
      <p>{text.passkeys.addLead}</p>
      <NameField value={deviceOf(navigator.userAgent)} />
    </ActionDialog>
  );
}

function Item({
  passkey,
  operations,
}: {
  passkey: PasskeyResponse;
  operations: PasskeyOperations;
}) {
  const { id, name, isSynced, createdAt, lastUsedAt } = passkey;
  return (
    <li>
      <div>
        <strong>{name}</strong> {isSynced && <Badge>{text.passkeys.synced}</Badge>}
        <p className="hint">
          {text.passkeys.since} <Time at={createdAt} isDay /> · {text.passkeys.lastUsed}{' '}
          {lastUsedAt ? <Time at={lastUsedAt} /> : '–'}
        </p>
      </div>
      <div className="row-actions">
        <ActionDialog
          open={text.passkeys.rename}
          openKind="quiet"
          title={text.passkeys.rename}
          submit={text.common.save}
          send={({ name: given = '' }) => operations.renamePasskey(id, { name: given })}
        >
          <NameField value={name} />
        </ActionDialog>
        <ActionDialog
          open={text.passkeys.remove}
          openKind="quiet"
          title={text.passkeys.removeTitle(name)}
          submit={text.passkeys.remove}
          kind="danger"
          send={() => operations.deletePasskey(id)}
        >
          <p>{text.passkeys.removeLead}</p>
        </ActionDialog>
      </div>
    </li>
  );
}

function NameField({ value }: { value: string }) {
  return <Field name="name" label={text.passkeys.name} defaultValue={value} isRequired autoFocus />;
}
