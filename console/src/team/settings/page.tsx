import type { BusinessResponse } from '@tenantry/client';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { business, team } from '../../api/operations';
import { CreateBusinessForm } from '../../app/first-business';
import { queryClient, useMe } from '../../app/queries';
import { text } from '../../text/catalogue';
import { ActionDialog } from '../../ui/dialog';
import { Fault, notify } from '../../ui/feedback';
import { Field, Toggle } from '../../ui/fields';
import { Form } from '../../ui/form';
import { Time } from '../../ui/format';
import { Loaded } from '../../ui/loaded';
import { Card, Facts, Page } from '../../ui/page';

export default function Settings() {
  const { may, support } = useMe();
  return (
    <Page title={text.settings.title} lead={text.settings.lead}>
      <Loaded queryKey={['business']} load={business.get}>
        {(current) => (
          <>
            {may('business:write') ? <Name business={current} /> : <Summary business={current} />}
            {may('business:write') && <SupportAccess business={current} />}
            {may('business:write') && <SecondFactorDemand business={current} />}
            {may('sso:write') && <CompanySignIn />}
          </>
        )}
      </Loaded>
      {!support && (
        <Card title={text.settings.another} lead={text.settings.anotherLead}>
          <CreateBusinessForm />
        </Card>
      )}
      {!support && <Leave />}
    </Page>
  );
}

function Summary({ business: { name, createdAt } }: { business: BusinessResponse }) {
  return (
    <Card>
      <Facts
        facts={[
          [text.settings.businessName, name],
          [text.common.created, <Time key="at" at={createdAt} isDay />],
        ]}
      />
    </Card>
  );
}

function Name({ business: { id, name } }: { business: BusinessResponse }) {
  return (
    <Card title={text.settings.general}>
      <Form
        key={name}
        submit={text.common.save}
        send={({ name: next = '' }) => business.update({ name: next })}
        onDone={() => notify(text.common.saved)}
      >
        <Field name="name" label={text.settings.businessName} defaultValue={name} isRequired />
        <p className="hint">
          {text.common.id}: <code>{id}</code>
        </p>
      </Form>
    </Card>
  );
}

function SupportAccess({ business: { supportAccess } }: { business: BusinessResponse }) {
  return (
    <Switch
      title={text.settings.support}
      label={text.settings.supportAccess}
      hint={text.settings.supportAccessHint}
      isOn={supportAccess}
      turn={(isOn) => business.update({ supportAccess: isOn })}
    />
  );
}

function SecondFactorDemand({ business: { requireSecondFactor } }: { business: BusinessResponse }) {
  return (
    <Switch
      title={text.secondFactor.title}
      label={text.secondFactor.demand}
      hint={text.secondFactor.demandHint}
      isOn={requireSecondFactor}
      turn={(isOn) => business.update({ requireSecondFactor: isOn })}
    />
  );
}

function CompanySignIn() {
  return (
    <Card title={text.sso.title} lead={text.sso.lead}>
      <Link to="/sso" className="button button-plain">
        {text.sso.open}
      </Link>
    </Card>
  );
}

interface SwitchProps {
  title: string;
  label: string;
  hint: string;
  isOn: boolean;
  turn: (isOn: boolean) => Promise<unknown>;
}

/** A setting that is on or off, changed at once. */
function Switch({ title, label, hint, isOn, turn }: SwitchProps) {
  const change = useMutation({ mutationFn: turn });
  return (
    <Card title={title}>
      <Toggle
        label={label}
        hint={hint}
        isOn={isOn}
        isDisabled={change.isPending}
        onChange={(next) => change.mutate(next)}
      />
      {change.error && <Fault error={change.error} />}
    </Card>
  );
}

/** Every member may leave; the last owner is refused by the server. */
function Leave() {
  const { member, business: current } = useMe();
  const navigate = useNavigate();
  if (!member) return null;
  const leave = async () => {
    await navigate({ to: '/login' });
    queryClient.clear();
  };
  return (
    <Card title={text.settings.leave} lead={text.settings.leaveLead}>
      <ActionDialog
        open={text.settings.leave}
        openKind="danger"
        title={text.settings.leaveTitle(current?.name ?? '')}
        submit={text.settings.leave}
        kind="danger"
        send={() => team.remove(member.id)}
        onDone={() => void leave()}
      >
        <p>{text.settings.leaveConfirm}</p>
      </ActionDialog>
    </Card>
  );
}
