import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { EmailField } from '../ui/entry-fields';
import { Form } from '../ui/form';
import { Door } from './door';

export default function ForgotPassword() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const foot = <Link to="/login">{text.forgot.back}</Link>;
  if (sentTo)
    return <Door title={text.forgot.sent} lead={text.forgot.sentLead(sentTo)} foot={foot} />;
  return (
    <Door title={text.forgot.title} lead={text.forgot.lead} foot={foot}>
      <Form
        submit={text.forgot.submit}
        isWide
        send={async ({ email = '' }) => {
          await auth.forgotPassword({ email });
          return email;
        }}
        onDone={setSentTo}
      >
        <EmailField autoFocus />
      </Form>
    </Door>
  );
}
