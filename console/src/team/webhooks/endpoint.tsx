import type { WebhookDeliveryResponse, WebhookEndpointResponse } from '@tenantry/client';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { text } from '../../text/catalogue';
import { ActionDialog, SecretDialog } from '../../ui/dialog';
import { Badge, Empty, notify, type Tone } from '../../ui/feedback';
import { Field } from '../../ui/fields';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Loaded } from '../../ui/loaded';
import { Card, Facts, Page } from '../../ui/page';
import {
  EndpointFields,
  EndpointStatus,
  toEndpoint,
  typesOf,
  type WebhookOperations,
} from './endpoints';

const words = text.webhooks;
const TONE: Record<WebhookDeliveryResponse['status'], Tone> = {
  pending: 'accent',
  delivered: 'good',
  failed: 'bad',
};

interface Props {
  id: string;
  operations: WebhookOperations;
  mayWrite: boolean;
  path: '/webhooks' | '/staff/webhooks';
}

export function Endpoint(props: Props) {
  const { id, operations, path } = props;
  return (
    <Loaded queryKey={[path, id]} load={() => operations.get(id)}>
      {(endpoint) => <Details {...props} endpoint={endpoint} />}
    </Loaded>
  );
}

function Details({ endpoint, ...props }: Props & { endpoint: WebhookEndpointResponse }) {
  const { url, types, ordered, description, createdAt, previousSecretEndsAt } = endpoint;
  return (
    <Page
      title={description ?? words.one}
      lead={url}
      actions={props.mayWrite && <Actions {...props} endpoint={endpoint} />}
    >
      <Card>
        <Facts
          facts={[
            [text.members.status, <EndpointStatus key="status" {...endpoint} />],
            [words.types, typesOf(types)],
            [words.ordered, ordered ? text.common.on : text.common.off],
            [text.common.created, <Time key="created" at={createdAt} />],
            [
              words.secretEnds,
              previousSecretEndsAt && <Time key="end" at={previousSecretEndsAt} />,
            ],
          ]}
        />
      </Card>
      <Deliveries {...props} isEnabled={endpoint.status === 'enabled'} />
    </Page>
  );
}

function Actions({ endpoint, operations, path }: Props & { endpoint: WebhookEndpointResponse }) {
  const { id } = endpoint;
  const [secret, setSecret] = useState<string | null>(null);
  const navigate = useNavigate();
  return (
    <>
      <ActionDialog
        open={text.common.edit}
        title={text.common.edit}
        submit={text.common.save}
        send={(fields) => operations.update(id, toEndpoint(fields))}
      >
        <EndpointFields endpoint={endpoint} />
      </ActionDialog>
      {endpoint.status === 'enabled' ? (
        <Sending id={id} operations={operations} />
      ) : (
        <ActionDialog
          open={words.enable}
          openKind="primary"
          title={words.enable}
          submit={words.enable}
          send={() => operations.enable(id)}
        >
          <p>{words.enableLead}</p>
        </ActionDialog>
      )}
      <ActionDialog
        open={words.rotate}
        title={words.rotate}
        submit={words.rotate}
        send={() => operations.rotateSecret(id)}
        onDone={(rotated) => setSecret(rotated.secret)}
      >
        <p>{words.rotateLead}</p>
      </ActionDialog>
      <ActionDialog
        open={text.common.delete}
        openKind="danger"
        kind="danger"
        title={words.deleteTitle}
        submit={text.common.delete}
        send={() => operations.delete(id)}
        onDone={() => void navigate({ to: path })}
      >
        <p>{words.deleteLead}</p>
      </ActionDialog>
      <SecretDialog title={words.secret} secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

/** What can be done with an enabled endpoint. */
function Sending({ id, operations }: Pick<Props, 'id' | 'operations'>) {
  return (
    <>
      <ActionDialog
        open={words.test}
        title={words.test}
        submit={words.test}
        send={() => operations.test(id)}
        onDone={() => notify(words.queued)}
      >
        <p>{words.testLead}</p>
      </ActionDialog>
      <ActionDialog
        open={words.replay}
        title={words.replay}
        submit={words.replay}
        send={({ since = '' }) => operations.replay(id, { since: new Date(since).toISOString() })}
        onDone={() => notify(words.queued)}
      >
        <p>{words.replayLead}</p>
        <Field name="since" type="date" label={text.common.from} isRequired />
      </ActionDialog>
      <ActionDialog
        open={words.disable}
        title={words.disable}
        submit={words.disable}
        send={() => operations.disable(id)}
      >
        <p>{words.disableLead}</p>
      </ActionDialog>
    </>
  );
}

function Deliveries({ id, operations, mayWrite, path, isEnabled }: Props & { isEnabled: boolean }) {
  const list = useList([path, id, 'deliveries'], (page) => operations.listDeliveries(id, page));
  return (
    <Card title={words.deliveries} isFlush>
      <List
        label={words.deliveries}
        list={list}
        rowKey={(delivery) => delivery.id}
        empty={<Empty icon="inbox" title={words.noDeliveries} />}
        columns={[
          {
            title: words.event,
            cell: ({ type, eventId }) => (
              <TwoLines first={<strong>{type}</strong>} second={<code>{eventId}</code>} />
            ),
          },
          {
            title: text.members.status,
            cell: ({ status }) => <Badge tone={TONE[status]}>{words.statuses[status]}</Badge>,
          },
          { title: words.answer, cell: answerOf },
          { title: words.tries, cell: ({ tries }) => tries, isEnd: true },
          { title: words.nextTry, cell: ({ nextTryAt }) => <Time at={nextTryAt} /> },
          {
            title: text.common.actions,
            isQuiet: true,
            isEnd: true,
            cell: (delivery) =>
              mayWrite &&
              isEnabled && (
                <ActionDialog
                  open={words.redeliver}
                  openKind="quiet"
                  title={words.redeliver}
                  submit={words.redeliver}
                  send={() => operations.redeliver(delivery.id)}
                >
                  <p>{words.redeliverLead}</p>
                </ActionDialog>
              ),
          },
        ]}
      />
    </Card>
  );
}

function answerOf({ lastTry }: WebhookDeliveryResponse): string {
  if (!lastTry) return '–';
  return lastTry.status === null ? (lastTry.error ?? '–') : String(lastTry.status);
}
