import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { NewPasswordField } from '../ui/entry-fields';
import { Form } from '../ui/form';
import { Door } from './door';
import { useLink } from './use-entry';

export default function ResetPassword() {
  const { token = '' } = useLink();
  const [isDone, setIsDone] = useState(false);
  const foot = <Link to="/login">{text.forgot.back}</Link>;
  if (isDone) return <Door title={text.reset.done} lead={text.reset.doneLead} foot={foot} />;
  return (
    <Door title={text.reset.title} foot={foot}>
      <Form
        submit={text.reset.submit}
        isWide
        send={({ password = '' }) => auth.resetPassword({ token, password })}
        onDone={() => setIsDone(true)}
      >
        <NewPasswordField label={text.fields.newPassword} autoFocus />
      </Form>
    </Door>
  );
}
