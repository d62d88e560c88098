import { PaymentRequiredError, type PlanChangeResponse, type PlanResponse } from '@tenantry/client';
import { useQuery } from '@tanstack/react-query';
import { billing, subscription } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Fault, notify, Skeleton } from '../../ui/feedback';
import { Form } from '../../ui/form';
import { formatLimit, formatMoney, formatNumber, Time } from '../../ui/format';
import { Facts } from '../../ui/page';

interface Props {
  plan: PlanResponse;
  onClose: () => void;
}

/** What a change costs and does, computed by the code that applies it; then the change, or the payment for it. */
export function ChangeDialog({ plan, onClose }: Props) {
  const preview = useQuery({
    queryKey: ['subscription', 'preview', plan.id],
    queryFn: () => subscription.preview({ planId: plan.id }),
    gcTime: 0,
  });
  return (
    <Dialog title={text.plan.changeTo(plan.name)} isOpen onClose={onClose}>
      {preview.error instanceof PaymentRequiredError ? (
        <Checkout plan={plan} onClose={onClose} />
      ) : preview.error ? (
        <Fault error={preview.error} />
      ) : preview.data ? (
        <Preview preview={preview.data} plan={plan} onClose={onClose} />
      ) : (
        <Skeleton lines={4} />
      )}
    </Dialog>
  );
}

function Preview({ preview, plan, onClose }: Props & { preview: PlanChangeResponse }) {
  const { when, effectiveAt, proration, conflicts } = preview;
  const finish = () => {
    notify(when === 'now' ? text.plan.changed(plan.name) : text.plan.scheduled(plan.name));
    onClose();
  };
  if (conflicts.length > 0) return <Conflicts conflicts={conflicts} onClose={onClose} />;
  return (
    <Form
      submit={text.plan.confirm}
      send={async () => {
        try {
          await subscription.change({ planId: plan.id });
          return true;
        } catch (error) {
          if (!(error instanceof PaymentRequiredError)) throw error;
          await goToCheckout(plan);
          return false;
        }
      }}
      onDone={(isDone) => isDone && finish()}
      onCancel={onClose}
    >
      <Facts
        facts={[
          [
            text.plan.takesEffect,
            when === 'now' ? text.plan.atOnce : <Time key="at" at={effectiveAt} />,
          ],
          [text.plan.credit, formatMoney(proration.credit)],
          [text.plan.charge, formatMoney(proration.charge)],
          [text.plan.due, <strong key="due">{formatMoney(proration.due)}</strong>],
        ]}
      />
      <p className="hint">{text.plan.carriedOver}</p>
    </Form>
  );
}

function Conflicts({
  conflicts,
  onClose,
}: {
  conflicts: PlanChangeResponse['conflicts'];
  onClose: () => void;
}) {
  return (
    <>
      <p>{text.plan.tooSmall}</p>
      <ul>
        {conflicts.map(({ feature, used, limit }) => (
          <li key={feature}>
            {text.feature(feature)}: {text.usage.usedOf(formatNumber(used), formatLimit(limit))}
          </li>
        ))}
      </ul>
      <div className="form-actions">
        <Button onPress={onClose}>{text.common.close}</Button>
      </div>
    </>
  );
}

function Checkout({ plan, onClose }: Props) {
  return (
    <Form submit={text.plan.toPayment} send={() => goToCheckout(plan)} onCancel={onClose}>
      <p>{text.plan.needsPayment(formatMoney(plan.price), text.plan.per(plan.interval))}</p>
    </Form>
  );
}

/** Leaves for the payment page; it leads back to billing. */
async function goToCheckout({ id }: PlanResponse): Promise<void> {
  const { url } = await billing.openCheckout({
    planId: id,
    successPath: '/billing?paid=1',
    cancelPath: '/billing',
  });
  location.assign(url);
}
