import type {
  CreateFeatureRequest,
  FeatureKind,
  FeatureResponse,
  UpdateFeatureRequest,
} from '@tenantry/client';
import { useState } from 'react';
import { text } from '../../text/catalogue';
import { ChoiceField, Field } from '../../ui/fields';
import type { Fields } from '../../ui/form';

const words = text.staff.features;
const KINDS = ['metered', 'allocated', 'flag', 'config'] as const;
const RESETS = ['period', 'day', 'never'] as const;
const VISIBILITIES = ['team', 'client'] as const;

export function NewFields() {
  const [kind, setKind] = useState<FeatureKind>('metered');
  return (
    <>
      <Field name="name" label={text.fields.name} isRequired autoFocus />
      <Field name="key" label={words.key} hint={words.keyHint} isRequired />
      <ChoiceField
        name="kind"
        label={words.kind}
        value={kind}
        onChange={(id) => setKind(KINDS.find((each) => each === id) ?? 'metered')}
        choices={KINDS.map((id) => ({ id, label: words.kinds[id], hint: words.kindHints[id] }))}
      />
      {kind === 'metered' && (
        <ChoiceField
          name="resets"
          label={words.resets}
          initial="period"
          choices={RESETS.map((id) => ({ id, label: words.resetsEach[id] }))}
        />
      )}
      {(kind === 'metered' || kind === 'allocated') && <Field name="unit" label={words.unit} />}
      {kind === 'config' && <Field name="values" label={words.values} hint={words.valuesHint} />}
      <Visibility />
    </>
  );
}

export function EditFields({ feature }: { feature: FeatureResponse }) {
  const isCounted = feature.kind === 'metered' || feature.kind === 'allocated';
  return (
    <>
      <Field name="name" label={text.fields.name} defaultValue={feature.name} isRequired />
      {isCounted && <Field name="unit" label={words.unit} defaultValue={feature.unit ?? ''} />}
      {feature.kind === 'flag' && (
        <Field
          name="rollout"
          type="number"
          min={0}
          max={100}
          label={words.rollout}
          hint={words.rolloutHint}
          defaultValue={String(feature.rollout?.percentage ?? '')}
        />
      )}
      <Visibility initial={feature.visibility} />
    </>
  );
}

function Visibility({ initial = 'team' }: { initial?: string }) {
  return (
    <ChoiceField
      name="visibility"
      label={words.visibility}
      initial={initial}
      choices={VISIBILITIES.map((id) => ({ id, label: words.visibilities[id] }))}
    />
  );
}

const visibilityOf = ({ visibility }: Fields) =>
  VISIBILITIES.find((each) => each === visibility) ?? 'team';

/** A value of digits alone is a number. */
const valuesOf = (typed: string): (string | number)[] =>
  typed
    .split(',')
    .map((value) => value.trim())
    .filter(Boolean)
    .map((value) => (/^-?\d+$/.test(value) ? Number(value) : value));

export function toCreateRequest(fields: Fields): CreateFeatureRequest {
  const { key = '', name = '', kind, resets, unit, values = '' } = fields;
  return {
    key,
    name,
    kind: KINDS.find((each) => each === kind) ?? 'metered',
    visibility: visibilityOf(fields),
    ...(resets && { resets: RESETS.find((each) => each === resets) }),
    ...(unit && { unit }),
    ...(values && { values: valuesOf(values) }),
  };
}

export function toUpdateRequest(
  fields: Fields,
  { kind, unit }: FeatureResponse,
): UpdateFeatureRequest {
  const { name = '', rollout } = fields;
  return {
    name,
    visibility: visibilityOf(fields),
    ...(fields.unit !== (unit ?? undefined) && { unit: fields.unit ?? null }),
    ...(kind === 'flag' && {
      rollout: rollout === undefined ? null : { percentage: Number(rollout) },
    }),
  };
}
