import { useEffect, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { IdentityNotLinkedError, MfaRequiredError } from '@tenantry/client';
import { auth, identities, signIn } from '../api/operations';
import { SecondStep } from '../second-factor/sign-in-form';
import { useParameter } from '../app/use-parameter';
import { text } from '../text/catalogue';
import { Fault, notify, Skeleton } from '../ui/feedback';
import { Door } from './door';
import { keepLinkToken, recallErrand } from './provider-memory';
import { useEntry } from './use-entry';

/** What the provider has put into the address; nothing is kept there. */
function readAnswer(provider: string) {
  const query = new URLSearchParams(location.search);
  const of = (name: string) => query.get(name) ?? undefined;
  return {
    provider,
    state: of('state') ?? '-',
    code: of('code'),
    iss: of('iss'),
    error: of('error'),
  };
}

/** Where identity providers send the browser back to. */
export default function ProviderAnswer() {
  const provider = useParameter('provider');
  const [answer] = useState(() => readAnswer(provider));
  const [errand] = useState(recallErrand);
  useEffect(() => history.replaceState(history.state, '', location.pathname), []);
  return errand.purpose === 'sign_in' ? (
    <SignedIn answer={answer} next={errand.next} />
  ) : (
    <Own answer={answer} next={errand.next ?? '/account'} />
  );
}

interface Props {
  answer: ReturnType<typeof readAnswer>;
  next: string | undefined;
}

/** Each answer is sent once: it counts once. */
const once = <T,>(state: string, send: () => Promise<T>) => ({
  queryKey: ['sign-in', state],
  queryFn: send,
  staleTime: Infinity,
  meta: { isLasting: true },
});

function SignedIn({ answer, next }: Props) {
  const enter = useEntry();
  const navigate = useNavigate();
  const { data, error } = useQuery(once(answer.state, () => signIn.finish(answer)));
  useEffect(() => {
    if (data) void enter(next);
  }, [data]);
  if (error instanceof MfaRequiredError)
    return (
      <Door title={text.logIn.title}>
        <SecondStep
          step={error.details}
          verify={auth.verify}
          onDone={() => void enter(next)}
          onStartAgain={() => void navigate({ to: '/login' })}
          isWide
        />
      </Door>
    );
  if (error instanceof IdentityNotLinkedError)
    return <NotLinked linkToken={error.details.linkToken} />;
  if (error) return <Failed error={error} to="/login" />;
  return <Waiting />;
}

/** The account is there, and its owner has to log in once as before. */
function NotLinked({ linkToken }: { linkToken: string }) {
  useEffect(() => keepLinkToken(linkToken), [linkToken]);
  return (
    <Door title={text.signIn.isThere} lead={text.signIn.isThereLead}>
      <Link to="/login" className="button button-primary wide">
        {text.logIn.submit}
      </Link>
    </Door>
  );
}

function Own({ answer, next }: { answer: Props['answer']; next: string }) {
  const navigate = useNavigate();
  const { data, error } = useQuery(once(answer.state, () => identities.finish(answer)));
  useEffect(() => {
    if (!data) return;
    notify(data.purpose === 'link' ? text.signIn.linked : text.signIn.proven);
    void navigate({ to: next });
  }, [data]);
  return error ? <Failed error={error} to={next} /> : <Waiting />;
}

function Failed({ error, to }: { error: unknown; to: string }): ReactNode {
  return (
    <Door title={text.signIn.failed} foot={<Link to={to}>{text.signIn.back}</Link>}>
      <Fault error={error} />
    </Door>
  );
}

function Waiting() {
  return (
    <Door title={text.signIn.waiting}>
      <Skeleton />
    </Door>
  );
}
