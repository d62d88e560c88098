import type { StaffBusinessResponse } from '@tenantry/client';
import { Link } from '@tanstack/react-router';
import { staffBusinesses } from '../../api/staff-operations';
import { useParameter } from '../../app/use-parameter';
import { EventList } from '../../team/history/event-list';
import { SubscriptionStrip } from '../../team/overview/subscription-strip';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { useList } from '../../ui/list';
import { Loaded } from '../../ui/loaded';
import { Meter } from '../../ui/meter';
import { Card, Facts, Page } from '../../ui/page';
import { AssignPlan } from './assign-plan';
import { Credits } from './credits';
import { Grants } from './grants';
import { OpenSupport } from './open-support';

export default function Business() {
  const id = useParameter('id');
  return (
    <Loaded
      queryKey={['staff', 'businesses', id, 'detail']}
      load={() => staffBusinesses.get(id)}
      lines={8}
    >
      {(business) => <Detail business={business} />}
    </Loaded>
  );
}

function Detail({ business }: { business: StaffBusinessResponse }) {
  const { id, name, subscription } = business;
  return (
    <Page
      title={name}
      lead={<Link to="/staff">{text.staff.business.back}</Link>}
      actions={
        <>
          <AssignPlan business={business} />
          <Availability business={business} />
          <OpenSupport business={business} />
        </>
      }
    >
      <SubscriptionStrip subscription={subscription} />
      <Summary business={business} />
      <Usage usage={subscription.usage} />
      <Credits businessId={id} />
      <Grants businessId={id} />
      <History businessId={id} />
    </Page>
  );
}

function Summary({ business }: { business: StaffBusinessResponse }) {
  const { id, status, owners, supportAccess, createdAt, stripe } = business;
  return (
    <Card>
      <Facts
        facts={[
          [
            text.members.status,
            <Badge key="status" tone={status === 'active' ? 'good' : 'bad'}>
              {text.businessStatus[status]}
            </Badge>,
          ],
          [text.staff.business.owners, owners.map(({ email }) => email).join(', ')],
          [text.staff.business.supportAccess, supportAccess ? text.common.on : text.common.off],
          [
            text.staff.business.stripe,
            stripe ? (
              <Time key="paid" at={stripe.paidUntil} isDay />
            ) : (
              text.staff.business.notStripe
            ),
          ],
          [text.common.created, <Time key="created" at={createdAt} isDay />],
          [text.common.id, <code key="id">{id}</code>],
        ]}
      />
    </Card>
  );
}

type Usages = StaffBusinessResponse['subscription']['usage'];
type Counted = NonNullable<Usages[string]>;

function Usage({ usage }: { usage: Usages }) {
  return (
    <div className="tiles">
      {(Object.entries(usage) as [string, Counted][]).map(([feature, each]) => (
        <Card key={feature} title={text.feature(feature)}>
          <Meter label={text.feature(feature)} used={each.used} limit={each.limit} isLabelled />
        </Card>
      ))}
    </div>
  );
}

function History({ businessId }: { businessId: string }) {
  const list = useList(['staff', 'businesses', businessId, 'history'], (page) =>
    staffBusinesses.listHistory(businessId, page),
  );
  return (
    <Card title={text.staff.business.history} isFlush>
      <EventList list={list} />
    </Card>
  );
}

function Availability({ business: { id, status, name } }: { business: StaffBusinessResponse }) {
  const isActive = status === 'active';
  const word = isActive ? text.staff.business.deactivate : text.staff.business.activate;
  return (
    <ActionDialog
      open={word}
      title={`${word}: ${name}`}
      submit={word}
      kind={isActive ? 'danger' : 'primary'}
      send={() => (isActive ? staffBusinesses.deactivate(id) : staffBusinesses.activate(id))}
    >
      <p>{isActive ? text.staff.business.deactivateLead : text.staff.business.activateLead}</p>
    </ActionDialog>
  );
}
