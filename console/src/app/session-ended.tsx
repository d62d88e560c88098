import { auth } from '../api/operations';
import { keepSession } from '../api/session';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/fields';
import { Form } from '../ui/form';
import { areas } from './areas';
import { endedSession, useEndedSession } from './ended-session';
import { queryClient, useMe } from './queries';

/** Over the page whose session has ended, so that nothing typed there is lost. */
export function SessionEnded() {
  const { user, business, support } = useMe();
  const hasEnded = useEndedSession();
  const resume = () => {
    endedSession.set(false);
    void queryClient.invalidateQueries();
  };
  const title = support ? text.support.ended : text.shell.sessionEnded;
  return (
    <Dialog title={title} isOpen={hasEnded} onClose={resume} isFirm>
      {support ? (
        <BackToStaff />
      ) : (
        <Form
          submit={text.logIn.submit}
          send={({ password = '' }) =>
            auth.logIn({ email: user?.email ?? '', password, businessId: business?.id })
          }
          onDone={({ session }) => {
            keepSession('team', session);
            resume();
          }}
        >
          <p>{text.shell.sessionEndedLead(user?.email ?? '')}</p>
          <Field
            name="password"
            type="password"
            label={text.fields.password}
            autoComplete="current-password"
            isRequired
            autoFocus
          />
        </Form>
      )}
    </Dialog>
  );
}

function BackToStaff() {
  const leave = () => {
    endedSession.set(false);
    areas.enter('team', '/staff');
  };
  return (
    <div className="form-actions">
      <Button kind="primary" onPress={leave}>
        {text.support.back}
      </Button>
    </div>
  );
}
