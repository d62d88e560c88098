import type { FeatureResponse } from '@tenantry/client';
import { staffFeatures } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { EditFields, NewFields, toCreateRequest, toUpdateRequest } from './feature-fields';

const words = text.staff.features;

export default function Features() {
  const list = useList(['staff', 'features'], staffFeatures.list);
  const create = (
    <ActionDialog
      open={words.create}
      openKind="primary"
      icon="plus"
      title={words.create}
      submit={words.create}
      send={(fields) => staffFeatures.create(toCreateRequest(fields))}
    >
      <NewFields />
    </ActionDialog>
  );
  return (
    <Page title={words.title} lead={words.lead} actions={create}>
      <Card isFlush>
        <List
          label={words.title}
          list={list}
          rowKey={({ key }) => key}
          empty={<Empty icon="features" title={words.empty} action={create} />}
          columns={[
            {
              title: text.fields.name,
              cell: ({ name, key }) => (
                <TwoLines first={<strong>{name}</strong>} second={<code>{key}</code>} />
              ),
            },
            { title: words.kind, cell: ({ kind }) => words.kinds[kind] },
            {
              title: words.resets,
              cell: ({ resets }) => (resets ? words.resetsEach[resets] : '–'),
            },
            { title: words.visibility, cell: ({ visibility }) => words.visibilities[visibility] },
            { title: text.plan.status, cell: (feature) => <State feature={feature} /> },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (feature) => <Actions feature={feature} />,
            },
          ]}
        />
      </Card>
    </Page>
  );
}

function State({ feature: { archived, declared, rollout } }: { feature: FeatureResponse }) {
  if (archived) return <Badge>{words.archived}</Badge>;
  if (rollout) return <Badge tone="accent">{`${rollout.percentage} %`}</Badge>;
  return declared ? <Badge>{words.declared}</Badge> : null;
}

function Actions({ feature }: { feature: FeatureResponse }) {
  const { key, name, archived, declared } = feature;
  const word = archived ? words.restore : words.archive;
  return (
    <div className="row-actions">
      <ActionDialog
        open={words.edit}
        openKind="quiet"
        title={name}
        submit={text.common.save}
        send={(fields) => staffFeatures.update(key, toUpdateRequest(fields, feature))}
      >
        <EditFields feature={feature} />
      </ActionDialog>
      {!declared && (
        <ActionDialog
          open={word}
          openKind="quiet"
          title={`${word}: ${name}`}
          submit={word}
          kind={archived ? 'primary' : 'danger'}
          send={() => staffFeatures.update(key, { archived: !archived })}
        >
          <p>{archived ? words.restoreLead : words.archiveLead}</p>
        </ActionDialog>
      )}
    </div>
  );
}
