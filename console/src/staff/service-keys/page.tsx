import type { CreateServiceKeyRequest, ServiceScope } from '@tenantry/client';
import { useState } from 'react';
import { staffKeys } from '../../api/staff-operations';
import { Actions, Status } from '../../team/api-keys/page';
import { text } from '../../text/catalogue';
import { ActionDialog, SecretDialog } from '../../ui/dialog';
import { Empty } from '../../ui/feedback';
import { Field, Toggle } from '../../ui/fields';
import type { Fields } from '../../ui/form';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';

const words = text.staff.serviceKeys;
const SCOPES: readonly ServiceScope[] = ['usage:write', 'usage:read', 'entitlements:read'];

export default function ServiceKeys() {
  const [secret, setSecret] = useState<string | null>(null);
  const list = useList(['staff', 'service-keys'], staffKeys.list);
  const show = ({ key }: { key: string }) => setSecret(key);
  const create = (
    <ActionDialog
      open={words.create}
      openKind="primary"
      icon="plus"
      title={words.create}
      submit={words.create}
      send={(fields) => staffKeys.create(toRequest(fields))}
      onDone={show}
    >
      <Field
        name="name"
        label={text.fields.name}
        hint={text.apiKeys.nameHint}
        isRequired
        autoFocus
      />
      {SCOPES.map((scope) => (
        <Toggle key={scope} name={scope} label={words.scope[scope]} initial />
      ))}
      <Field name="businessIds" label={words.businesses} hint={words.businessesHint} rows={2} />
      <Field
        name="expiresAt"
        type="date"
        label={text.apiKeys.expires}
        hint={text.apiKeys.expiresHint}
      />
    </ActionDialog>
  );
  return (
    <Page title={words.title} lead={words.lead} actions={create}>
      <Card isFlush>
        <List
          label={words.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            <Empty icon="server" title={words.empty} action={create}>
              {words.emptyLead}
            </Empty>
          }
          columns={[
            {
              title: text.fields.name,
              cell: ({ name, hint }) => (
                <TwoLines first={<strong>{name}</strong>} second={<code>tnv_…{hint}</code>} />
              ),
            },
            {
              title: words.scopes,
              cell: ({ scopes }) => scopes.map((scope) => words.scope[scope]).join(', '),
            },
            {
              title: words.businesses,
              cell: ({ businessIds }) => businessIds?.length ?? words.all,
              isEnd: true,
            },
            { title: text.members.status, cell: (key) => <Status apiKey={key} /> },
            { title: text.apiKeys.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (key) => <Actions apiKey={key} onKey={show} operations={staffKeys} />,
            },
          ]}
        />
      </Card>
      <SecretDialog title={text.apiKeys.created} secret={secret} onClose={() => setSecret(null)} />
    </Page>
  );
}

function toRequest(fields: Fields): CreateServiceKeyRequest {
  const { name = '', businessIds = '', expiresAt } = fields;
  const ids = businessIds.split(/[\s,]+/).filter(Boolean);
  return {
    name,
    scopes: SCOPES.filter((scope) => fields[scope] === 'on'),
    businessIds: ids.length > 0 ? ids : null,
    expiresAt: expiresAt ? new Date(expiresAt).toISOString() : null,
  };
}
