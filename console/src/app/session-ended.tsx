import { auth } from '../api/operations';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { PasswordField } from '../ui/entry-fields';
import { SignInForm } from '../second-factor/sign-in-form';
import { areas } from './areas';
import { endedSession, useEndedSession } from './ended-session';
import { queryClient, useMe } from './queries';

/** Over the page whose session has ended, so that nothing typed there is lost. */
export function SessionEnded() {
  const { user, business, support } = useMe();
  const ending = useEndedSession();
  const resume = () => {
    endedSession.set(null);
    void queryClient.invalidateQueries();
  };
  const title = support ? text.support.ended : text.shell.sessionEnded;
  if (ending === 'moved') return <Moved />;
  return (
    <Dialog title={title} isOpen={ending !== null} onClose={resume} isFirm>
      {support ? (
        <BackToStaff />
      ) : (
        <SignInForm
          logIn={({ password = '' }) =>
            auth.logIn({ email: user?.email ?? '', password, businessId: business?.id })
          }
          verify={auth.verify}
          onDone={resume}
        >
          <p>{text.shell.sessionEndedLead(user?.email ?? '')}</p>
          <PasswordField autoFocus />
        </SignInForm>
      )}
    </Dialog>
  );
}

function BackToStaff() {
  const leave = () => {
    endedSession.set(null);
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

/** The page is of one business, the session now of another: nothing is sent from here. */
function Moved() {
  const reload = () => location.assign('/console/');
  return (
    <Dialog title={text.shell.moved} isOpen onClose={reload} isFirm>
      <p>{text.shell.movedLead}</p>
      <div className="form-actions">
        <Button kind="primary" onPress={reload}>
          {text.shell.movedOn}
        </Button>
      </div>
    </Dialog>
  );
}
