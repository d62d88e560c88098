import type { StaffBusinessResponse } from '@tenantry/client';
import { useQuery } from '@tanstack/react-query';
import { staffBusinesses, staffPlans } from '../../api/staff-operations';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { notify } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import type { Fields } from '../../ui/form';
import { formatMoney } from '../../ui/format';

const words = text.staff.assign;

/** Any plan, unlisted ones too. A business that Stripe charges needs a decision about that. */
export function AssignPlan({ business: { id, stripe } }: { business: StaffBusinessResponse }) {
  const { data } = useQuery({
    queryKey: ['staff', 'plans', 'all'],
    queryFn: () => staffPlans.list({ limit: 100 }),
  });
  const offered = (data?.data ?? []).filter(({ archived }) => !archived);
  const send = ({ planId = '', reason = '', atStripe }: Fields) =>
    staffBusinesses.assignPlan(id, {
      planId,
      reason,
      ...(atStripe === 'cancel' || atStripe === 'keep' ? { stripe: atStripe } : {}),
    });
  return (
    <ActionDialog
      open={words.open}
      title={words.title}
      submit={words.open}
      send={send}
      onDone={() => notify(words.done)}
    >
      <ChoiceField
        name="planId"
        label={words.plan}
        isRequired
        choices={offered.map((plan) => ({
          id: plan.id,
          label: plan.name,
          hint: `${formatMoney(plan.price)} ${text.plan.per(plan.interval)}`,
        }))}
      />
      <Field name="reason" label={text.common.reason} rows={2} isRequired />
      {stripe && (
        <ChoiceField
          name="atStripe"
          label={words.stripe}
          initial="cancel"
          choices={[
            { id: 'cancel', label: words.choices.cancel },
            { id: 'keep', label: words.choices.keep },
          ]}
        />
      )}
    </ActionDialog>
  );
}
