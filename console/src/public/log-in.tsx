import { Link } from '@tanstack/react-router';
import { auth, identities, me } from '../api/operations';
import type { LoginResponse } from '@tenantry/client';
import { text } from '../text/catalogue';
import { EmailField, PasswordField } from '../ui/entry-fields';
import { SignInForm } from '../second-factor/sign-in-form';
import { DemoOffer } from './demo-offer';
import { Door } from './door';
import { takeLinkToken } from './provider-memory';
import { Providers } from './providers';
import { useEntry, useLink } from './use-entry';

export default function LogIn() {
  const enter = useEntry();
  const { activationKey } = useLink();
  /** Links what the identity provider has proven before. With the key of an invitation, logging in accepts it and goes to the business that invited. */
  const accept = async (entered: LoginResponse): Promise<LoginResponse> => {
    const linkToken = takeLinkToken();
    if (linkToken) await identities.link({ linkToken });
    if (!activationKey) return entered;
    const { business } = await me.acceptInvitation({ activationKey });
    return { ...entered, ...(await me.switchTo(business.id)) };
  };
  return (
    <Door
      title={activationKey ? text.logIn.toAccept : text.logIn.title}
      foot={
        <>
          {text.logIn.isNew} <Link to="/signup">{text.signUp.title}</Link>
          {!activationKey && <DemoOffer />}
        </>
      }
    >
      <SignInForm
        logIn={({ email = '', password = '' }) => auth.logIn({ email, password })}
        ask={auth.askPasskey}
        logInByPasskey={auth.logInByPasskey}
        verify={auth.verify}
        then={accept}
        onDone={() => void enter()}
        isWide
      >
        <EmailField autoFocus />
        <PasswordField hint={<Link to="/forgot-password">{text.logIn.forgot}</Link>} />
      </SignInForm>
      <Providers />
    </Door>
  );
}
