import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { auth } from '../api/operations';
import type { InvitationDetailsResponse } from '@tenantry/client';
import { keepFirstKey } from '../team/overview/first-key';
import { text } from '../text/catalogue';
import { Fault, Skeleton } from '../ui/feedback';
import { EmailField, NewPasswordField } from '../ui/entry-fields';
import { Field } from '../ui/fields';
import { Form } from '../ui/form';
import { DemoOffer } from './demo-offer';
import { Door } from './door';
import { Providers } from './providers';
import { useEntry, useLink } from './use-entry';

/** A new business, or with the key of an invitation a new member of one. */
export default function SignUp() {
  const { activationKey } = useLink();
  return activationKey ? <Invited activationKey={activationKey} /> : <Founder />;
}

function Founder() {
  const enter = useEntry();
  return (
    <Door
      title={text.signUp.title}
      lead={text.signUp.lead}
      foot={
        <>
          {text.signUp.hasAccount} <Link to="/login">{text.logIn.submit}</Link>
          <DemoOffer />
        </>
      }
    >
      <Form
        submit={text.signUp.submit}
        isWide
        send={({ businessName = '', fullName = '', email = '', password = '' }) =>
          auth.signUp({ businessName, fullName, email, password })
        }
        onDone={(signedUp) => {
          if ('apiKey' in signedUp) keepFirstKey(signedUp.apiKey.key);
          void enter('/');
        }}
      >
        <Field
          name="businessName"
          label={text.fields.businessName}
          autoComplete="organization"
          isRequired
          autoFocus
        />
        <Field name="fullName" label={text.fields.fullName} autoComplete="name" isRequired />
        <EmailField />
        <NewPasswordField />
      </Form>
      <Providers />
    </Door>
  );
}

function Invited({ activationKey }: { activationKey: string }) {
  const invitation = useQuery({
    queryKey: ['invitation', activationKey],
    queryFn: () => auth.lookUpInvitation(activationKey),
    meta: { isLasting: true }, // to join ends the invitation
  });
  if (invitation.error)
    return (
      <Door title={text.signUp.invitation}>
        <Fault error={invitation.error} />
        <p>
          <Link to="/login">{text.logIn.submit}</Link>
        </p>
      </Door>
    );
  if (!invitation.data) return <Skeleton />;
  return <JoinForm invitation={invitation.data} activationKey={activationKey} />;
}

interface JoinProps {
  invitation: InvitationDetailsResponse;
  activationKey: string;
}

function JoinForm({ invitation, activationKey }: JoinProps) {
  const enter = useEntry();
  const { businessName, email, fullName, role, invitedBy, hasAccount } = invitation;
  const lead = text.signUp.invited(invitedBy, businessName, text.roles[role]);
  if (hasAccount)
    return (
      <Door title={text.signUp.join(businessName)} lead={lead}>
        <p>{text.signUp.logInToAccept(email)}</p>
        <Link to="/login" search={{ activationKey }} className="button button-primary wide">
          {text.logIn.submit}
        </Link>
      </Door>
    );
  return (
    <Door title={text.signUp.join(businessName)} lead={lead}>
      <Form
        submit={text.signUp.joinSubmit}
        isWide
        send={({ fullName: name = '', password = '' }) =>
          auth.join({ activationKey, fullName: name, password })
        }
        onDone={() => void enter('/')}
      >
        <Field
          name="email"
          label={text.fields.email}
          value={email}
          autoComplete="username"
          isReadOnly
        />
        <Field
          name="fullName"
          label={text.fields.fullName}
          defaultValue={fullName ?? ''}
          autoComplete="name"
          isRequired
        />
        <NewPasswordField />
      </Form>
      <Providers />
    </Door>
  );
}
