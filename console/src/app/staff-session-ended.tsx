import { useNavigate } from '@tanstack/react-router';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { endedSession, useEndedSession } from './ended-session';

/** Staff log in anew: their address is kept nowhere. */
export function StaffSessionEnded() {
  const ending = useEndedSession();
  const navigate = useNavigate();
  const leave = () => {
    endedSession.set(null);
    void navigate({ to: '/staff/login' });
  };
  return (
    <Dialog title={text.shell.sessionEnded} isOpen={ending !== null} onClose={leave} isFirm>
      <div className="form-actions">
        <Button kind="primary" onPress={leave}>
          {text.logIn.submit}
        </Button>
      </div>
    </Dialog>
  );
}
