import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { signIn } from '../api/operations';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Fault } from '../ui/feedback';
import { leaveFor } from './provider-memory';
import { useLink } from './use-entry';

const providersQuery = {
  queryKey: ['providers'],
  queryFn: () => signIn.listProviders({}),
  meta: { isLasting: true },
};

/** The identity providers of the installation, to sign in with. */
export function useProviders() {
  return useQuery(providersQuery).data?.providers ?? [];
}

/** Buttons of the providers, and the way to the sign-in of a company. */
export function Providers() {
  const providers = useProviders();
  const { activationKey, next } = useLink();
  return (
    <div className="form">
      {providers.map(({ id, name }) => (
        <ProviderButton key={id} id={id} label={text.signIn.continueWith(name)} />
      ))}
      {!activationKey && (
        <div className="form-actions">
          <Link to="/company-login" search={{ next }} className="button button-plain">
            {text.signIn.byCompany}
          </Link>
        </div>
      )}
    </div>
  );
}

/** Goes to a provider to sign in. */
export function ProviderButton({ id, label }: { id: string; label: string }) {
  const { activationKey, next } = useLink();
  const going = useMutation({
    mutationFn: () => signIn.begin({ provider: id, ...(activationKey && { activationKey }) }),
    onSuccess: ({ url }) => leaveFor(url, { purpose: 'sign_in', ...(next && { next }) }),
  });
  return (
    <>
      {going.error && <Fault error={going.error} />}
      <div className="form-actions">
        <Button isPending={going.isPending} onPress={() => going.mutate()}>
          {label}
        </Button>
      </div>
    </>
  );
}
