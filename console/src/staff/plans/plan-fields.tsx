import type { PlanResponse } from '@tenantry/client';
import { text } from '../../text/catalogue';
import { ChoiceField, Field, Toggle } from '../../ui/fields';
import { useFeatures } from '../features/use-features';
import { AFTER_GRACE, limitField, UNITS } from './plan-request';

const words = text.staff.plans;

/** Of a new plan, or of one that is edited. */
export function PlanFields({ plan }: { plan?: PlanResponse }) {
  return (
    <>
      <Field name="name" label={text.fields.name} defaultValue={plan?.name} isRequired autoFocus />
      {!plan && <Field name="slug" label={words.slug} hint={words.slugHint} isRequired />}
      <Field
        name="description"
        label={words.description}
        defaultValue={plan?.description}
        rows={2}
      />
      <Price plan={plan} />
      <Limits plan={plan} />
      <div className="field-row">
        <Field
          name="trialDays"
          type="number"
          min={0}
          label={words.trialDays}
          defaultValue={String(plan?.trialDays ?? 0)}
        />
        <Field
          name="graceDays"
          type="number"
          min={0}
          label={words.graceDays}
          defaultValue={String(plan?.graceDays ?? 7)}
        />
      </div>
      <ChoiceField
        name="afterGrace"
        label={words.afterGrace}
        initial={plan?.afterGrace ?? 'default_plan'}
        choices={AFTER_GRACE.map((id) => ({ id, label: words.afterGraces[id] }))}
      />
      <Toggle name="renews" label={words.renews} initial={plan?.renews ?? true} />
      <Toggle name="public" label={words.public} initial={plan?.public ?? true} />
      {plan && !plan.default && <Toggle name="default" label={words.default} />}
    </>
  );
}

function Price({ plan }: { plan?: PlanResponse }) {
  return (
    <>
      <div className="field-row">
        <Field
          name="price.amount"
          type="number"
          min={0}
          label={words.amount}
          hint={words.amountHint}
          defaultValue={plan && String(plan.price.amount)}
          isRequired
        />
        <Field
          name="price.currency"
          label={words.currency}
          defaultValue={plan?.price.currency ?? 'usd'}
          isRequired
        />
      </div>
      <div className="field-row">
        <Field
          name="interval.count"
          type="number"
          min={1}
          label={words.count}
          defaultValue={String(plan?.interval.count ?? 1)}
          isRequired
        />
        <ChoiceField
          name="interval.unit"
          label={words.unit}
          initial={plan?.interval.unit ?? 'month'}
          choices={UNITS.map((id) => ({ id, label: words.units[id] }))}
        />
      </div>
    </>
  );
}

/** One for each feature that is counted. */
function Limits({ plan }: { plan?: PlanResponse }) {
  const features = useFeatures(['metered', 'allocated']);
  const before: Record<string, number | null | undefined> = plan?.limits ?? {};
  const shown = features.filter(({ key }) => !plan || key in before);
  return (
    <>
      <input type="hidden" name="features" value={shown.map(({ key }) => key).join()} />
      {shown.map(({ key, name }) => (
        <Field
          key={key}
          name={limitField(key)}
          type="number"
          min={0}
          label={words.limit(name.toLowerCase())}
          hint={words.limitHint}
          defaultValue={String(before[key] ?? '')}
        />
      ))}
    </>
  );
}
