import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { MailedAction } from './mailed-action';

export default function VerifyEmail() {
  return (
    <MailedAction
      words={text.verify}
      send={(token) => auth.verifyEmail({ token })}
      done={() => text.verify.said}
    />
  );
}
