import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { MailedAction } from './mailed-action';

/** The old address takes its account back. */
export default function UndoEmailChange() {
  return (
    <MailedAction
      words={text.undoEmailChange}
      send={(token) => auth.undoEmailChange({ token })}
      done={() => text.undoEmailChange.said}
    />
  );
}
