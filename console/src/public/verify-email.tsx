import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { Form } from '../ui/form';
import { Door } from './door';
import { useLink } from './use-entry';

/** A button, since programs that read mail follow links too. */
export default function VerifyEmail() {
  const { token = '' } = useLink();
  const [isDone, setIsDone] = useState(false);
  const home = <Link to="/">{text.verify.on}</Link>;
  if (isDone) return <Door title={text.verify.done} lead={text.verify.doneLead} foot={home} />;
  return (
    <Door title={text.verify.title} lead={text.verify.lead}>
      <Form
        submit={text.verify.submit}
        isWide
        send={() => auth.verifyEmail({ token })}
        onDone={() => setIsDone(true)}
      />
    </Door>
  );
}
