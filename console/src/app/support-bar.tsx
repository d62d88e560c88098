import { useState } from 'react';
import { auth } from '../api/operations';
import type { SupportResponse } from '@tenantry/client';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { notifyFault } from '../ui/feedback';
import { Time } from '../ui/format';
import { Icon } from '../ui/icon';
import { areas } from './areas';

/** On every page of a support session: who is being looked at, why, until when. */
export function SupportBar({ support, business }: { support: SupportResponse; business: string }) {
  const [isEnding, setIsEnding] = useState(false);
  const end = async () => {
    setIsEnding(true);
    await auth.logOut().finally(() => setIsEnding(false));
    areas.enter('team', '/staff');
  };
  return (
    <div
      className={`support-bar support-${support.mode}`}
      role="region"
      aria-label={text.support.bar}
    >
      <Icon name="support" />
      <span>
        <strong>{text.support.looking(business, support.mode)}</strong> {support.reason}
      </span>
      <span className="support-until">
        {text.support.until} <Time at={support.expiresAt} />
      </span>
      <Button isPending={isEnding} onPress={() => void end().catch(notifyFault)}>
        {text.support.end}
      </Button>
    </div>
  );
}
