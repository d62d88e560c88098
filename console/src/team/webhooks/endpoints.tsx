import type { WebhookEndpointResponse } from '@tenantry/client';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { webhooks } from '../../api/operations';
import { text } from '../../text/catalogue';
import { ActionDialog, SecretDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { Field, Toggle } from '../../ui/fields';
import type { Fields } from '../../ui/form';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';

const words = text.webhooks;

/** Those of a team, or the same of staff. */
export type WebhookOperations = typeof webhooks;

interface Props {
  operations: WebhookOperations;
  mayWrite: boolean;
  lead: string;
  path: '/webhooks' | '/staff/webhooks';
}

export function Endpoints({ operations, mayWrite, lead, path }: Props) {
  const [secret, setSecret] = useState<string | null>(null);
  const list = useList([path], operations.list);
  const create = mayWrite && (
    <ActionDialog
      open={words.create}
      openKind="primary"
      icon="plus"
      title={words.create}
      submit={words.create}
      send={(fields) => operations.create(toEndpoint(fields))}
      onDone={(created) => setSecret(created.secret)}
    >
      <EndpointFields />
    </ActionDialog>
  );
  return (
    <Page title={words.title} lead={lead} actions={create}>
      <Card isFlush>
        <List
          label={words.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            <Empty icon="external" title={words.empty} action={create}>
              {words.emptyLead}
            </Empty>
          }
          columns={[
            {
              title: words.url,
              cell: ({ id, url, description }) => (
                <TwoLines
                  first={
                    <Link to={`${path}/$id`} params={{ id }}>
                      {description ?? url}
                    </Link>
                  }
                  second={url}
                />
              ),
            },
            { title: words.types, cell: ({ types }) => typesOf(types) },
            { title: text.members.status, cell: (endpoint) => <EndpointStatus {...endpoint} /> },
            { title: text.common.created, cell: ({ createdAt }) => <Time at={createdAt} isDay /> },
          ]}
        />
      </Card>
      <SecretDialog title={words.secret} secret={secret} onClose={() => setSecret(null)} />
    </Page>
  );
}

export function EndpointStatus({
  status,
  disabledReason,
}: Pick<WebhookEndpointResponse, 'status' | 'disabledReason'>) {
  if (status === 'enabled') return <Badge tone="good">{words.enabled}</Badge>;
  return <Badge tone="bad">{disabledReason ? words.disabled[disabledReason] : words.off}</Badge>;
}

export function EndpointFields({ endpoint }: { endpoint?: WebhookEndpointResponse }) {
  const types = endpoint?.types.join(' ') ?? '*';
  return (
    <>
      <Field name="url" label={words.url} defaultValue={endpoint?.url} isRequired autoFocus />
      <Field name="types" label={words.types} hint={words.typesHint} defaultValue={types} />
      <Field
        name="description"
        label={words.description}
        defaultValue={endpoint?.description ?? ''}
      />
      <Toggle
        name="ordered"
        label={words.ordered}
        hint={words.orderedHint}
        initial={endpoint?.ordered}
      />
    </>
  );
}

export function toEndpoint({ url = '', types = '', description, ordered }: Fields) {
  const named = types.split(/[\s,]+/).filter(Boolean);
  return {
    url,
    types: named.length > 0 ? named : ['*'],
    ordered: ordered === 'on',
    description: description?.trim() ? description : null,
  };
}

export function typesOf(types: readonly string[]): string {
  return types.includes('*') ? words.allTypes : types.join(', ');
}
