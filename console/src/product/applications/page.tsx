import type { ApplicationResponse, CreateApplicationRequest } from '@tenantry/client';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import type { Fields } from '../../ui/form';
import { Time } from '../../ui/format';
import { List, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { applications } from '../operations';

const PLATFORMS = ['ios', 'android', 'web'] as const;

export default function Applications() {
  const { may } = useMe();
  const mayWrite = may('applications:write');
  const list = useList(['applications'], applications.list);
  const add = mayWrite && (
    <ActionDialog
      open={text.applications.add}
      openKind="primary"
      icon="plus"
      title={text.applications.add}
      submit={text.applications.add}
      send={(fields) => applications.create(toRequest(fields))}
    >
      <ApplicationFields />
    </ActionDialog>
  );
  return (
    <Page title={text.applications.title} lead={text.applications.lead} actions={add}>
      <Card isFlush>
        <List
          label={text.applications.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            <Empty icon="applications" title={text.applications.empty} action={add}>
              {text.applications.emptyLead}
            </Empty>
          }
          columns={[
            { title: text.fields.name, cell: ({ name }) => <strong>{name}</strong> },
            {
              title: text.applications.platform,
              cell: ({ platform }) => (platform ? <Badge>{text.platforms[platform]}</Badge> : '–'),
            },
            {
              title: text.applications.bundleId,
              cell: ({ bundleId }) => (bundleId ? <code>{bundleId}</code> : '–'),
            },
            { title: text.common.created, cell: ({ createdAt }) => <Time at={createdAt} isDay /> },
            ...(mayWrite
              ? [
                  {
                    title: text.common.actions,
                    isQuiet: true,
                    isEnd: true,
                    cell: (application: ApplicationResponse) => (
                      <Actions application={application} />
                    ),
                  },
                ]
              : []),
          ]}
        />
      </Card>
    </Page>
  );
}

function toRequest({
  name = '',
  bundleId,
  platform,
  origins = '',
}: Fields): CreateApplicationRequest {
  return {
    name,
    bundleId: bundleId ?? null,
    platform: PLATFORMS.find((each) => each === platform) ?? null,
    origins: origins.split(/\s+/).filter(Boolean),
  };
}

function ApplicationFields({ application }: { application?: ApplicationResponse }) {
  return (
    <>
      <Field
        name="name"
        label={text.fields.name}
        defaultValue={application?.name}
        isRequired
        autoFocus
      />
      <ChoiceField
        name="platform"
        label={text.applications.platform}
        initial={application?.platform ?? undefined}
        choices={PLATFORMS.map((id) => ({ id, label: text.platforms[id] }))}
      />
      <Field
        name="bundleId"
        label={text.applications.bundleId}
        hint={text.applications.bundleIdHint}
        defaultValue={application?.bundleId ?? ''}
      />
      <Field
        name="origins"
        label={text.applications.origins}
        hint={text.applications.originsHint}
        rows={2}
        defaultValue={application?.origins.join('\n')}
      />
    </>
  );
}

function Actions({ application }: { application: ApplicationResponse }) {
  return (
    <div className="row-actions">
      <ActionDialog
        open={text.common.edit}
        openKind="quiet"
        title={text.applications.edit}
        submit={text.common.save}
        send={(fields) => applications.update(application.id, toRequest(fields))}
      >
        <ApplicationFields application={application} />
      </ActionDialog>
      <ActionDialog
        open={text.common.delete}
        openKind="quiet"
        title={text.applications.deleteTitle(application.name)}
        submit={text.common.delete}
        kind="danger"
        send={() => applications.remove(application.id)}
      >
        <p>{text.applications.deleteLead}</p>
      </ActionDialog>
    </div>
  );
}
