import { Link } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { staffBusinesses } from '../../api/staff-operations';
import { SUBSCRIPTION_TONE } from '../../team/plan/tones';
import { text } from '../../text/catalogue';
import { Badge, Empty } from '../../ui/feedback';
import { Field } from '../../ui/fields';
import { Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card, Page } from '../../ui/page';

export default function Businesses() {
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim()) || undefined;
  const list = useList(['staff', 'businesses', query], (page) =>
    staffBusinesses.list({ ...page, query }),
  );
  return (
    <Page title={text.staff.businesses.title} lead={text.staff.businesses.lead}>
      <div className="filters">
        <Field
          name="query"
          type="search"
          label={text.staff.businesses.search}
          placeholder={text.staff.businesses.searchHint}
          value={typed}
          onChange={setTyped}
        />
      </div>
      <Card isFlush>
        <List
          label={text.staff.businesses.title}
          list={list}
          rowKey={({ id }) => id}
          empty={
            <Empty
              icon="businesses"
              title={query ? text.common.noMatch : text.staff.businesses.empty}
            >
              {query ? text.common.noMatchLead : text.staff.businesses.emptyLead}
            </Empty>
          }
          columns={[
            {
              title: text.fields.name,
              cell: ({ id, name, owners }) => (
                <TwoLines
                  first={
                    <Link to="/staff/businesses/$id" params={{ id }} className="main-link">
                      {name}
                    </Link>
                  }
                  second={owners.map(({ email }) => email).join(', ')}
                />
              ),
            },
            {
              title: text.staff.businesses.plan,
              cell: ({ subscription }) => (
                <span>
                  {subscription.plan.name}{' '}
                  <Badge tone={SUBSCRIPTION_TONE[subscription.status]}>
                    {text.subscriptionStatus[subscription.status]}
                  </Badge>
                </span>
              ),
            },
            {
              title: text.members.status,
              cell: ({ status }) => (
                <Badge tone={status === 'active' ? 'good' : 'bad'}>
                  {text.businessStatus[status]}
                </Badge>
              ),
            },
            { title: text.common.created, cell: ({ createdAt }) => <Time at={createdAt} isDay /> },
          ]}
        />
      </Card>
    </Page>
  );
}
