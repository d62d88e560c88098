import { Link, useNavigate } from '@tanstack/react-router';
import type { RecordingResponse } from '@tenantry/client';
import { useMe } from '../../app/queries';
import { useParameter } from '../../app/use-parameter';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { notify } from '../../ui/feedback';
import { formatDuration, Time } from '../../ui/format';
import { Loaded } from '../../ui/loaded';
import { Card, Facts, Page } from '../../ui/page';
import { recordings } from '../operations';

export default function Recording() {
  const id = useParameter('id');
  return (
    <Loaded queryKey={['recordings', id]} load={() => recordings.get(id)} lines={6}>
      {(recording) => <Detail recording={recording} />}
    </Loaded>
  );
}

function Detail({ recording }: { recording: RecordingResponse }) {
  const { id, externalId, device, metadata, startedAt, durationMs, createdAt } = recording;
  const { may } = useMe();
  const navigate = useNavigate();
  const leave = () => {
    notify(text.recordings.deleted);
    void navigate({ to: '/recordings' });
  };
  return (
    <Page
      title={externalId}
      lead={<Link to="/recordings">{text.recordings.back}</Link>}
      actions={
        may('recordings:write') && (
          <ActionDialog
            open={text.common.delete}
            title={text.recordings.deleteTitle}
            submit={text.common.delete}
            kind="danger"
            send={() => recordings.remove(id)}
            onDone={leave}
          >
            <p>{text.recordings.deleteLead}</p>
          </ActionDialog>
        )
      }
    >
      <Card>
        <Facts
          facts={[
            [text.recordings.started, <Time key="started" at={startedAt} />],
            [text.recordings.duration, formatDuration(durationMs)],
            [text.recordings.received, <Time key="received" at={createdAt} />],
            [text.common.id, <code key="id">{id}</code>],
          ]}
        />
      </Card>
      <Values title={text.recordings.device} values={device} />
      <Values title={text.recordings.metadata} values={metadata} />
    </Page>
  );
}

function Values({ title, values }: { title: string; values: RecordingResponse['metadata'] }) {
  if (!values || Object.keys(values).length === 0) return null;
  const facts = Object.entries(values).map(
    ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return (
    <Card title={title}>
      <Facts facts={facts} />
    </Card>
  );
}
