import { useNavigate } from '@tanstack/react-router';
import { staffAuth } from '../api/staff-operations';
import { queryClient } from '../app/queries';
import { Door } from '../public/door';
import { useLink } from '../public/use-entry';
import { text } from '../text/catalogue';
import { EmailField, PasswordField } from '../ui/entry-fields';
import { SignInForm } from '../second-factor/sign-in-form';

export default function StaffLogIn() {
  const navigate = useNavigate();
  const { next } = useLink();
  return (
    <Door title={text.staff.logIn.title}>
      <SignInForm
        logIn={({ email = '', password = '' }) => staffAuth.logIn({ email, password })}
        ask={staffAuth.askPasskey}
        logInByPasskey={staffAuth.logInByPasskey}
        verify={staffAuth.verify}
        onDone={() => {
          queryClient.clear();
          void navigate({ to: next?.startsWith('/staff') ? next : '/staff' });
        }}
      >
        <EmailField autoFocus />
        <PasswordField />
      </SignInForm>
    </Door>
  );
}
