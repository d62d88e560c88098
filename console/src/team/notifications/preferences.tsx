import type { NotificationPreferenceResponse } from '@tenantry/client';
import { useMutation } from '@tanstack/react-query';
import { notifications } from '../../api/operations';
import { text } from '../../text/catalogue';
import { notifyFault } from '../../ui/feedback';
import { Toggle } from '../../ui/fields';
import { Loaded } from '../../ui/loaded';
import { Card } from '../../ui/page';

const words = text.notifications;

/** Which notifications come by mail too. */
export function Preferences() {
  return (
    <Card title={words.mails} lead={words.mailsLead}>
      <Loaded queryKey={['notification-preferences']} load={notifications.getPreferences} lines={6}>
        {({ preferences }) => (
          <ul className="choices">
            {preferences.filter(isShown).map((each) => (
              <li key={each.type}>
                <ByMail preference={each} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

/** There is a mail to get, or to choose. */
function isShown({ mail, fixed }: NotificationPreferenceResponse): boolean {
  return mail || !fixed;
}

function ByMail({ preference }: { preference: NotificationPreferenceResponse }) {
  const { type, mail, fixed } = preference;
  const change = useMutation({
    mutationFn: (next: boolean) => notifications.setPreference({ type, mail: next }),
    onError: notifyFault,
  });
  return (
    <Toggle
      label={words.label(type)}
      hint={fixed ? words.always : undefined}
      isOn={mail}
      isDisabled={fixed || change.isPending}
      onChange={(next) => change.mutate(next)}
    />
  );
}
