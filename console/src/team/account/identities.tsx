import { useMutation } from '@tanstack/react-query';
import type { IdentityResponse } from '@tenantry/client';
import { identities } from '../../api/operations';
import { leaveFor } from '../../public/provider-memory';
import { useProviders } from '../../public/providers';
import { text } from '../../text/catalogue';
import { Button } from '../../ui/button';
import { ActionDialog } from '../../ui/dialog';
import { Fault } from '../../ui/feedback';
import { Time } from '../../ui/format';
import { Loaded } from '../../ui/loaded';
import { Card } from '../../ui/page';

/** The identity providers that open the reader's account, and those that may be linked. */
export function Identities() {
  const providers = useProviders();
  return (
    <Loaded queryKey={['identities']} load={identities.list}>
      {({ data }) =>
        data.length + providers.length > 0 && (
          <Card title={text.signIn.identities} lead={text.signIn.identitiesLead}>
            {data.map((identity) => (
              <Linked key={identity.id} identity={identity} />
            ))}
            <div className="row-actions">
              {providers.map(({ id, name }) => (
                <OwnProviderButton key={id} id={id} purpose="link" label={text.signIn.link(name)} />
              ))}
            </div>
          </Card>
        )
      }
    </Loaded>
  );
}

function Linked({ identity: { id, provider, email, lastUsedAt } }: { identity: IdentityResponse }) {
  return (
    <div className="card-head">
      <div>
        <strong>{provider}</strong> {email}{' '}
        <span className="hint">
          {text.account.lastUsed} <Time at={lastUsedAt} />
        </span>
      </div>
      <ActionDialog
        open={text.signIn.unlink}
        openKind="quiet"
        title={text.signIn.unlinkTitle(provider)}
        submit={text.signIn.unlink}
        kind="danger"
        send={() => identities.unlink(id)}
      />
    </div>
  );
}

interface OwnProps {
  id: string;
  purpose: 'link' | 'prove';
  label: string;
}

/** Goes to a provider to link it, or to prove again who the reader is; comes back to this page. */
export function OwnProviderButton({ id, purpose, label }: OwnProps) {
  const going = useMutation({
    mutationFn: () => identities.begin({ provider: id, purpose }),
    onSuccess: ({ url }) =>
      leaveFor(url, { purpose, next: location.pathname.replace(/^\/console/, '') || '/' }),
  });
  return (
    <>
      <Button isPending={going.isPending} onPress={() => going.mutate()}>
        {label}
      </Button>
      {going.error && <Fault error={going.error} />}
    </>
  );
}

/** For people without a password. */
export function ProofByProvider() {
  const providers = useProviders();
  return (
    <div className="row-actions">
      {providers.map(({ id, name }) => (
        <OwnProviderButton key={id} id={id} purpose="prove" label={text.signIn.proveWith(name)} />
      ))}
    </div>
  );
}
