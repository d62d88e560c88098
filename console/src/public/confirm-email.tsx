import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { MailedAction } from './mailed-action';

/** Of a change of address: the old and the new one lead here. */
export default function ConfirmEmail() {
  return (
    <MailedAction
      words={text.confirmEmail}
      send={(token) => auth.confirmEmailChange({ token })}
      done={({ done }) => (done ? text.confirmEmail.changed : text.confirmEmail.waits)}
    />
  );
}
