import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { text } from '../text/catalogue';
import { Form } from '../ui/form';
import { Door } from './door';
import { useLink } from './use-entry';

/** What stands above a button, or in its place. */
interface Words {
  title: string;
  lead: string;
}

interface Props<T> {
  words: Words & { submit: string };
  send: (token: string) => Promise<T>;
  done: (answer: T) => Words;
}

/** The page of a mailed link. A button, since programs that read mail follow links too. */
export function MailedAction<T>({ words, send, done }: Props<T>) {
  const { token = '' } = useLink();
  const [said, setSaid] = useState<Words | null>(null);
  const home = <Link to="/">{text.verify.on}</Link>;
  if (said) return <Door title={said.title} lead={said.lead} foot={home} />;
  return (
    <Door title={words.title} lead={words.lead}>
      <Form
        submit={words.submit}
        isWide
        send={() => send(token)}
        onDone={(answer) => setSaid(done(answer))}
      />
    </Door>
  );
}
