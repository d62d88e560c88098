import { useState } from 'react';
import { apiKeys } from '../../api/operations';
import type { ApiKeyResponse } from '@tenantry/client';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog, SecretDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';

/** Seconds for which both keys work after a rotation. */
const OVERLAPS = [0, 3_600, 86_400, 604_800] as const;

export default function ApiKeys() {
  const { may } = useMe();
  const [secret, setSecret] = useState<string | null>(null);
  const list = useList(['api-keys'], apiKeys.list);
  const show = ({ key }: { key: string }) => setSecret(key);
  const create = may('api_keys:write') && (
    <ActionDialog
      open={text.apiKeys.create}
      openKind="primary"
      icon="plus"
      title={text.apiKeys.create}
      submit={text.apiKeys.create}
      send={({ name = '', expiresAt }) =>
        apiKeys.create({ name, expiresAt: expiresAt ? new Date(expiresAt).toISOString() : null })
      }
      onDone={show}
    >
      <Field
        name="name"
        label={text.fields.name}
        hint={text.apiKeys.nameHint}
        isRequired
        autoFocus
      />
      <Field
        name="expiresAt"
        type="date"
        label={text.apiKeys.expires}
        hint={text.apiKeys.expiresHint}
      />
    </ActionDialog>
  );
  return (
    <Page title={text.apiKeys.title} lead={text.apiKeys.lead} actions={create}>
      <Card isFlush>
        <List
          label={text.apiKeys.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            <Empty icon="keys" title={text.apiKeys.empty} action={create}>
              {text.apiKeys.emptyLead}
            </Empty>
          }
          columns={[
            {
              title: text.fields.name,
              cell: ({ name, hint }) => (
                <TwoLines first={<strong>{name}</strong>} second={<code>tnk_…{hint}</code>} />
              ),
            },
            { title: text.members.status, cell: (key) => <Status apiKey={key} /> },
            { title: text.apiKeys.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
            { title: text.common.created, cell: ({ createdAt }) => <Time at={createdAt} isDay /> },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (key) => (may('api_keys:write') ? <Actions apiKey={key} onKey={show} /> : null),
            },
          ]}
        />
      </Card>
      <SecretDialog title={text.apiKeys.created} secret={secret} onClose={() => setSecret(null)} />
    </Page>
  );
}

type Lifetime = Pick<ApiKeyResponse, 'revokedAt' | 'expiresAt'>;

const hasEnded = ({ revokedAt, expiresAt }: Lifetime): boolean =>
  revokedAt !== null || (expiresAt !== null && new Date(expiresAt) <= new Date());

export function Status({ apiKey }: { apiKey: Lifetime }) {
  const { revokedAt, expiresAt } = apiKey;
  if (revokedAt) return <Badge>{text.apiKeys.revoked}</Badge>;
  if (hasEnded(apiKey)) return <Badge tone="warn">{text.apiKeys.expired}</Badge>;
  if (!expiresAt) return <Badge tone="good">{text.apiKeys.active}</Badge>;
  return (
    <Badge tone="warn">
      {text.apiKeys.until} <Time at={expiresAt} />
    </Badge>
  );
}

interface ActionsProps {
  apiKey: Lifetime & { id: string; name: string };
  onKey: (created: { key: string }) => void;
  operations?: {
    rotate: (id: string, body: { overlapSeconds: number }) => Promise<{ key: string }>;
    revoke: (id: string) => Promise<void>;
  };
}

/** Rotation and revocation, of API keys or, for staff, of service keys. */
export function Actions({ apiKey, onKey, operations = apiKeys }: ActionsProps) {
  const { id, name } = apiKey;
  if (hasEnded(apiKey)) return null;
  return (
    <div className="row-actions">
      <ActionDialog
        open={text.apiKeys.rotate}
        openKind="quiet"
        title={text.apiKeys.rotateTitle(name)}
        submit={text.apiKeys.rotate}
        send={({ overlap }) => operations.rotate(id, { overlapSeconds: Number(overlap) })}
        onDone={onKey}
      >
        <p>{text.apiKeys.rotateLead}</p>
        <ChoiceField
          name="overlap"
          label={text.apiKeys.overlap}
          initial="86400"
          choices={OVERLAPS.map((seconds) => ({
            id: String(seconds),
            label: text.apiKeys.overlaps[seconds],
          }))}
        />
      </ActionDialog>
      <ActionDialog
        open={text.apiKeys.revoke}
        openKind="quiet"
        title={text.apiKeys.revokeTitle(name)}
        submit={text.apiKeys.revoke}
        kind="danger"
        send={() => operations.revoke(id)}
      >
        <p>{text.apiKeys.revokeLead}</p>
      </ActionDialog>
    </div>
  );
}
