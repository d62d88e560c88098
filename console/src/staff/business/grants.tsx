import type {
  BusinessGrantResponse,
  FeatureResponse,
  GrantToBusinessRequest,
} from '@tenantry/client';
import { useState } from 'react';
import { staffBusinesses } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Empty } from '../../ui/feedback';
import { ChoiceField, Field, Toggle } from '../../ui/fields';
import type { Fields } from '../../ui/form';
import { formatLimit, Time } from '../../ui/format';
import { List, TwoLines, useList } from '../../ui/list';
import { Card } from '../../ui/page';
import { useFeatures } from '../features/use-features';

const words = text.staff.grants;

/** What this business has of its own, whatever its plan says. */
export function Grants({ businessId }: { businessId: string }) {
  const list = useList(['staff', 'businesses', businessId, 'grants'], (page) =>
    staffBusinesses.listGrants(businessId, page),
  );
  return (
    <Card title={words.title} lead={words.lead} actions={<Grant businessId={businessId} />} isFlush>
      <List
        label={words.title}
        list={list}
        rowKey={({ feature }) => feature}
        empty={<Empty icon="features" title={words.empty} />}
        columns={[
          {
            title: text.staff.credits.feature,
            cell: ({ feature, reason }) => (
              <TwoLines first={<strong>{text.feature(feature)}</strong>} second={reason} />
            ),
          },
          { title: words.value, cell: valueOf },
          {
            title: text.staff.credits.expires,
            cell: ({ expiresAt, expired }) =>
              expired ? <Badge>{words.expired}</Badge> : <Time at={expiresAt} isDay />,
          },
          {
            title: text.common.actions,
            isQuiet: true,
            isEnd: true,
            cell: ({ feature }) => (
              <ActionDialog
                open={words.revoke}
                openKind="quiet"
                title={words.revokeTitle(text.feature(feature))}
                submit={words.revoke}
                kind="danger"
                send={() => staffBusinesses.revokeGrant(businessId, feature)}
              >
                <p>{words.revokeLead}</p>
              </ActionDialog>
            ),
          },
        ]}
      />
    </Card>
  );
}

function valueOf({ limit, enabled, value }: BusinessGrantResponse): string {
  if (limit !== undefined) return formatLimit(limit);
  if (enabled !== undefined) return enabled ? text.common.on : text.common.off;
  return String(value ?? '–');
}

function Grant({ businessId }: { businessId: string }) {
  const features = useFeatures();
  const [key, setKey] = useState<string | null>(null);
  const feature = features.find((each) => each.key === key);
  return (
    <ActionDialog
      open={words.grant}
      icon="plus"
      title={words.grant}
      submit={words.grant}
      send={(fields) =>
        staffBusinesses.grant(businessId, fields.feature ?? '', toRequest(fields, feature))
      }
    >
      <ChoiceField
        name="feature"
        label={text.staff.credits.feature}
        isRequired
        onChange={setKey}
        choices={features.map(({ key: id, name }) => ({ id, label: name }))}
      />
      {feature && <ValueField feature={feature} />}
      <Field
        name="expiresAt"
        type="date"
        label={text.staff.credits.expires}
        hint={text.staff.credits.expiresHint}
      />
      <Field name="reason" label={text.common.reason} rows={2} isRequired />
    </ActionDialog>
  );
}

function ValueField({ feature: { kind, values } }: { feature: FeatureResponse }) {
  if (kind === 'flag') return <Toggle name="enabled" label={words.enabled} initial />;
  if (kind !== 'config')
    return (
      <>
        <Field name="limit" type="number" min={0} label={words.limit} hint={words.limitHint} />
        <Toggle name="soft" label={words.soft} />
      </>
    );
  if (!values) return <Field name="value" label={words.value} isRequired />;
  const choices = values.map((value) => ({ id: String(value), label: String(value) }));
  return <ChoiceField name="value" label={words.value} isRequired choices={choices} />;
}

function toRequest(fields: Fields, feature?: FeatureResponse): GrantToBusinessRequest {
  const { reason = '', expiresAt, limit, soft, enabled, value = '' } = fields;
  const common = { reason, expiresAt: expiresAt ? new Date(expiresAt).toISOString() : null };
  if (feature?.kind === 'flag') return { ...common, enabled: enabled === 'on' };
  if (feature?.kind === 'config')
    return { ...common, value: feature.values?.find((each) => String(each) === value) ?? value };
  const mode = soft === 'on' ? 'soft' : 'hard';
  return { ...common, limit: limit === undefined ? null : Number(limit), mode };
}
