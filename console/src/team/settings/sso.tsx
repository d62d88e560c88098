import { useMutation, useQuery } from '@tanstack/react-query';
import { SsoNotFoundError, type SetSsoRequest, type SsoResponse } from '@tenantry/client';
import { sso } from '../../api/operations';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { Copyable } from '../../ui/copyable';
import { ActionDialog } from '../../ui/dialog';
import { Badge, Fault, notify, Skeleton } from '../../ui/feedback';
import { ChoiceField, Field } from '../../ui/fields';
import { Form, type Fields } from '../../ui/form';
import { Card, Page } from '../../ui/page';

type Role = SsoResponse['defaultRole'];

/** The business's own identity provider: client, domains, roles, and whether it is there. */
export default function Sso() {
  const { data, error, isPending } = useQuery({ queryKey: ['sso'], queryFn: sso.get });
  const isMissing = error instanceof SsoNotFoundError;
  return (
    <Page title={text.sso.title} lead={text.sso.lead}>
      {error && !isMissing && <Fault error={error} />}
      {isPending ? <Skeleton /> : <Connection current={isMissing ? null : (data ?? null)} />}
      {data && !isMissing && (
        <>
          <Domains current={data} />
          <Test />
          <Remove />
        </>
      )}
    </Page>
  );
}

function Connection({ current }: { current: SsoResponse | null }) {
  return (
    <Card title={text.sso.connection} lead={text.sso.connectionLead}>
      {current && (
        <>
          <p>{text.sso.redirectUri}</p>
          <Copyable value={current.redirectUri} />
        </>
      )}
      <Form
        key={current?.updatedAt}
        submit={text.common.save}
        send={(fields) => sso.set(toRequest(fields))}
        onDone={() => notify(text.common.saved)}
      >
        <Field
          name="issuer"
          type="url"
          label={text.sso.issuer}
          placeholder="https://login.example.com"
          defaultValue={current?.issuer}
          isRequired
        />
        <Field
          name="clientId"
          label={text.sso.clientId}
          defaultValue={current?.clientId}
          isRequired
        />
        <Field
          name="clientSecret"
          type="password"
          label={text.sso.clientSecret}
          hint={current ? text.sso.secretKept : undefined}
          autoComplete="off"
          isRequired={!current}
        />
        <Field
          name="domains"
          label={text.sso.domains}
          hint={text.sso.domainsHint}
          rows={3}
          defaultValue={current?.domains.map(({ domain }) => domain).join('\n')}
          isRequired
        />
        <Field
          name="rolesClaim"
          label={text.sso.rolesClaim}
          hint={text.sso.rolesClaimHint}
          defaultValue={current?.rolesClaim ?? ''}
        />
        <Field
          name="roles"
          label={text.sso.roles}
          hint={text.sso.rolesHint}
          rows={3}
          defaultValue={current?.roles.map(({ value, role }) => `${value} = ${role}`).join('\n')}
        />
        <ChoiceField
          name="defaultRole"
          label={text.sso.defaultRole}
          choices={(['viewer', 'member', 'admin'] as const).map((id) => ({
            id,
            label: text.roles[id],
          }))}
          initial={current?.defaultRole ?? 'viewer'}
        />
      </Form>
    </Card>
  );
}

function Domains({ current: { domains } }: { current: SsoResponse }) {
  return (
    <Card title={text.sso.proof} lead={text.sso.proofLead}>
      {domains.map(({ domain, provenAt, records }) => (
        <div key={domain} className="form">
          <h3>
            {domain}{' '}
            <Badge tone={provenAt ? 'good' : 'warn'}>
              {provenAt ? text.sso.isProven : text.sso.isNotProven}
            </Badge>
          </h3>
          {!provenAt &&
            records.map(({ name, value }) => (
              <div key={name} className="form">
                <p className="hint">{text.sso.record}</p>
                <Copyable value={name} />
                <Copyable value={value} />
                <Check domain={domain} />
              </div>
            ))}
        </div>
      ))}
    </Card>
  );
}

function Check({ domain }: { domain: string }) {
  const checking = useMutation({ mutationFn: () => sso.proveDomain(domain) });
  return (
    <>
      {checking.error && <Fault error={checking.error} />}
      <div className="form-actions">
        <Button isPending={checking.isPending} onPress={() => checking.mutate()}>
          {text.sso.check}
        </Button>
      </div>
    </>
  );
}

function Test() {
  const testing = useMutation({ mutationFn: sso.test });
  const result = testing.data?.result;
  return (
    <Card title={text.sso.test} lead={text.sso.testLead}>
      {testing.error && <Fault error={testing.error} />}
      {result && (
        <p role="status">
          <Badge tone={result === 'ok' ? 'good' : 'bad'}>{text.sso.results[result]}</Badge>
        </p>
      )}
      <Button isPending={testing.isPending} onPress={() => testing.mutate()}>
        {text.sso.testNow}
      </Button>
    </Card>
  );
}

function Remove() {
  return (
    <Card>
      <ActionDialog
        open={text.sso.remove}
        openKind="danger"
        title={text.sso.remove}
        submit={text.sso.remove}
        kind="danger"
        send={sso.remove}
      >
        <p>{text.sso.removeLead}</p>
      </ActionDialog>
    </Card>
  );
}

function toRequest(fields: Fields): SetSsoRequest {
  const { issuer = '', clientId = '', clientSecret, domains = '', rolesClaim, roles = '' } = fields;
  return {
    issuer,
    clientId,
    ...(clientSecret && { clientSecret }),
    domains: domains.split(/[\s,]+/).filter(Boolean),
    rolesClaim: rolesClaim ?? null,
    roles: roles
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(toMapping),
    defaultRole: (fields.defaultRole ?? 'viewer') as Role,
  };
}

/** A line `value = role`; what is no role, the server says. */
function toMapping(line: string): { value: string; role: Role } {
  const at = line.lastIndexOf('=');
  return { value: line.slice(0, at).trim(), role: line.slice(at + 1).trim() as Role };
}
