import type { CreditResponse } from '@tenantry/client';
import { staffBusinesses } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import { formatNumber, Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card } from '../../ui/page';
import { useFeatures } from '../features/use-features';

const words = text.staff.credits;

export function Credits({ businessId }: { businessId: string }) {
  const list = useList(['staff', 'businesses', businessId, 'credits'], (page) =>
    staffBusinesses.listCredits(businessId, page),
  );
  return (
    <Card title={words.title} lead={words.lead} actions={<Grant businessId={businessId} />} isFlush>
      <List
        label={words.title}
        list={list}
        rowKey={({ id }) => id}
        empty={<Empty icon="billing" title={words.empty} />}
        columns={[
          {
            title: words.feature,
            cell: ({ feature, reason }) => (
              <TwoLines first={<strong>{text.feature(feature)}</strong>} second={reason} />
            ),
          },
          { title: words.amount, cell: ({ amount }) => formatNumber(amount), isEnd: true },
          { title: words.left, cell: ({ remaining }) => formatNumber(remaining), isEnd: true },
          { title: words.expires, cell: ({ expiresAt }) => <Time at={expiresAt} isDay /> },
          {
            title: text.common.actions,
            isQuiet: true,
            isEnd: true,
            cell: (credit) => <Void businessId={businessId} credit={credit} />,
          },
        ]}
      />
    </Card>
  );
}

function Grant({ businessId }: { businessId: string }) {
  const features = useFeatures(['metered']);
  return (
    <ActionDialog
      open={words.grant}
      icon="plus"
      title={words.grant}
      submit={words.grant}
      send={({ feature = '', amount, expiresAt, reason = '' }) =>
        staffBusinesses.grantCredit(businessId, {
          feature,
          amount: Number(amount),
          expiresAt: expiresAt ? new Date(expiresAt).toISOString() : null,
          reason,
        })
      }
    >
      <ChoiceField
        name="feature"
        label={words.feature}
        isRequired
        choices={features.map(({ key, name }) => ({ id: key, label: name }))}
      />
      <Field name="amount" type="number" label={words.amount} min={1} isRequired />
      <Field name="expiresAt" type="date" label={words.expires} hint={words.expiresHint} />
      <Field name="reason" label={text.common.reason} rows={2} isRequired />
    </ActionDialog>
  );
}

function Void({ businessId, credit }: { businessId: string; credit: CreditResponse }) {
  if (credit.voidedAt) return <Badge>{words.voided}</Badge>;
  if (credit.remaining === 0) return null;
  return (
    <ActionDialog
      open={words.void}
      openKind="quiet"
      title={words.voidTitle}
      submit={words.void}
      kind="danger"
      send={() => staffBusinesses.voidCredit(businessId, credit.id)}
    >
      <p>{words.voidLead}</p>
    </ActionDialog>
  );
}
