import type { SubscriptionResponse } from '@tenantry/client';
import { useMutation } from '@tanstack/react-query';
import { subscription as operations } from '../../api/operations';
import { useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Fault, notify } from '../../ui/feedback';
import { ChoiceField, Toggle } from '../../ui/fields';
import { formatDay } from '../../ui/format';
import { Card } from '../../ui/page';
import { SubscriptionStrip } from '../overview/subscription-strip';

/** What is paid for now, and how it ends, rests or goes on. */
export function CurrentPlan({ subscription }: { subscription: SubscriptionResponse }) {
  const { may } = useMe();
  const hint = stateOf(subscription);
  return (
    <>
      <SubscriptionStrip subscription={subscription} />
      {(hint ?? may('subscription:write')) && (
        <Card title={text.plan.manage} lead={hint}>
          {may('subscription:write') && <Controls subscription={subscription} />}
        </Card>
      )}
    </>
  );
}

function stateOf(subscription: SubscriptionResponse): string | undefined {
  const { status, trialEndsAt, graceEndsAt, cancelAtPeriodEnd, currentPeriod } = subscription;
  if (status === 'past_due' && graceEndsAt) return text.plan.pastDue(formatDay(graceEndsAt));
  if (status === 'paused') return text.plan.pausedLead;
  if (cancelAtPeriodEnd) return text.plan.cancelsAt(formatDay(currentPeriod.end));
  if (status === 'trialing' && trialEndsAt) return text.plan.trialEnds(formatDay(trialEndsAt));
  return undefined;
}

function Controls({ subscription }: { subscription: SubscriptionResponse }) {
  const { status, cancelAtPeriodEnd, autoRenew } = subscription;
  const isRunning = status === 'active' || status === 'trialing' || status === 'past_due';
  const setRenewal = useMutation({
    mutationFn: (next: boolean) => operations.update({ autoRenew: next }),
  });
  return (
    <div className="stack">
      {isRunning && (
        <Toggle
          label={text.plan.autoRenew}
          hint={text.plan.autoRenewHint}
          isOn={autoRenew}
          isDisabled={setRenewal.isPending}
          onChange={(next) => setRenewal.mutate(next)}
        />
      )}
      {setRenewal.error && <Fault error={setRenewal.error} />}
      <div className="row-actions">
        {status === 'active' && <Pause />}
        {status === 'paused' && (
          <ActionDialog
            open={text.plan.resume}
            openKind="primary"
            title={text.plan.resume}
            submit={text.plan.resume}
            send={operations.resume}
          >
            <p>{text.plan.resumeLead}</p>
          </ActionDialog>
        )}
        {isRunning && !cancelAtPeriodEnd && <Cancel />}
        {cancelAtPeriodEnd && (
          <ActionDialog
            open={text.plan.uncancel}
            openKind="primary"
            title={text.plan.uncancel}
            submit={text.plan.uncancel}
            send={operations.uncancel}
            onDone={() => notify(text.plan.goesOn)}
          >
            <p>{text.plan.uncancelLead}</p>
          </ActionDialog>
        )}
      </div>
    </div>
  );
}

function Pause() {
  return (
    <ActionDialog
      open={text.plan.pause}
      title={text.plan.pauseTitle}
      submit={text.plan.pause}
      send={operations.pause}
    >
      <p>{text.plan.pauseLead}</p>
    </ActionDialog>
  );
}

function Cancel() {
  return (
    <ActionDialog
      open={text.plan.cancel}
      openKind="quiet"
      title={text.plan.cancelTitle}
      submit={text.plan.cancel}
      kind="danger"
      send={({ when }) => operations.cancel({ when: when === 'now' ? 'now' : 'period_end' })}
    >
      <p>{text.plan.cancelLead}</p>
      <ChoiceField
        name="when"
        label={text.plan.when}
        initial="period_end"
        choices={[
          { id: 'period_end', label: text.plan.atPeriodEnd },
          { id: 'now', label: text.plan.atOnce },
        ]}
      />
    </ActionDialog>
  );
}
