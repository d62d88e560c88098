import type { PlanResponse } from '@tenantry/client';
import { staffPlans } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { formatLimit, formatMoney } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';
import { toCreateRequest, toUpdateRequest } from './plan-request';
import { PlanFields } from './plan-fields';

const words = text.staff.plans;

export default function Plans() {
  const list = useList(['staff', 'plans'], staffPlans.list);
  const create = (
    <ActionDialog
      open={words.create}
      openKind="primary"
      icon="plus"
      title={words.create}
      submit={words.create}
      send={(fields) => staffPlans.create(toCreateRequest(fields))}
    >
      <PlanFields />
    </ActionDialog>
  );
  return (
    <Page title={words.title} lead={words.lead} actions={create}>
      <Card isFlush>
        <List
          label={words.title}
          list={list}
          rowKey={({ id }) => id}
          empty={<Empty icon="plan" title={words.empty} action={create} />}
          columns={[
            {
              title: text.fields.name,
              cell: ({ name, slug, version }) => (
                <TwoLines
                  first={<strong>{name}</strong>}
                  second={
                    <>
                      <code>{slug}</code> · {words.version} {version}
                    </>
                  }
                />
              ),
            },
            {
              title: text.plan.price,
              cell: ({ price, interval }) => `${formatMoney(price)} ${text.plan.per(interval)}`,
            },
            { title: text.usage.limit, cell: limitsOf },
            { title: text.plan.status, cell: (plan) => <State plan={plan} /> },
            {
              title: text.common.actions,
              isQuiet: true,
              isEnd: true,
              cell: (plan) => <Actions plan={plan} />,
            },
          ]}
        />
      </Card>
    </Page>
  );
}

function limitsOf({ limits }: PlanResponse): string {
  return Object.entries(limits)
    .map(
      ([feature, limit]) => `${formatLimit(limit ?? null)} ${text.feature(feature).toLowerCase()}`,
    )
    .join(', ');
}

function State({ plan }: { plan: PlanResponse }) {
  if (plan.archived) return <Badge>{words.isArchived}</Badge>;
  if (plan.default) return <Badge tone="accent">{words.isDefault}</Badge>;
  return plan.public ? (
    <Badge tone="good">{words.isPublic}</Badge>
  ) : (
    <Badge tone="warn">{words.isHidden}</Badge>
  );
}

function Actions({ plan }: { plan: PlanResponse }) {
  if (plan.archived) return null;
  return (
    <div className="row-actions">
      <ActionDialog
        open={words.edit}
        openKind="quiet"
        title={words.editTitle(plan.name)}
        submit={text.common.save}
        send={(fields) => staffPlans.update(plan.id, toUpdateRequest(fields, plan))}
      >
        <PlanFields plan={plan} />
      </ActionDialog>
      {!plan.default && (
        <ActionDialog
          open={words.archive}
          openKind="quiet"
          title={words.archiveTitle(plan.name)}
          submit={words.archive}
          kind="danger"
          send={() => staffPlans.archive(plan.id)}
        >
          <p>{words.archiveLead}</p>
        </ActionDialog>
      )}
    </div>
  );
}
