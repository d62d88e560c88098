import { useNavigate } from '@tanstack/react-router';
import { staffAuth } from '../api/staff-operations';
import { queryClient } from '../app/queries';
import { keepStaffName } from '../app/staff-session';
import { Door } from '../public/door';
import { useLink } from '../public/use-entry';
import { text } from '../text/catalogue';
import { EmailField, PasswordField } from '../ui/entry-fields';
import { Form } from '../ui/form';

export default function StaffLogIn() {
  const navigate = useNavigate();
  const { next } = useLink();
  return (
    <Door title={text.staff.logIn.title}>
      <Form
        submit={text.logIn.submit}
        send={({ email = '', password = '' }) => staffAuth.logIn({ email, password })}
        onDone={({ staff }) => {
          keepStaffName(staff.name);
          queryClient.clear();
          void navigate({ to: next?.startsWith('/staff') ? next : '/staff' });
        }}
      >
        <EmailField autoFocus />
        <PasswordField />
      </Form>
    </Door>
  );
}
