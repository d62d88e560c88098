import { mfa } from '../../api/operations';
import { text } from '../../text/catalogue';
import { FactorCard } from '../../second-factor/factor-card';
import { ActionDialog } from '../../ui/dialog';
import { Time } from '../../ui/format';
import { Loaded } from '../../ui/loaded';
import { Card } from '../../ui/page';

const OPERATIONS = {
  begin: () => mfa.begin(),
  confirm: (body: Parameters<typeof mfa.confirm>[0]) => mfa.confirm(body),
  renewCodes: () => mfa.renewCodes(),
  remove: () => mfa.remove(),
  beginPasskey: () => mfa.beginPasskey(),
  createPasskey: (body: Parameters<typeof mfa.createPasskey>[0]) => mfa.createPasskey(body),
  renamePasskey: (id: string, body: { name: string }) => mfa.renamePasskey(id, body),
  deletePasskey: (id: string) => mfa.deletePasskey(id),
};

/** The reader's own second factor, and the operator's reset of it, if one waits. */
export function OwnFactor() {
  return (
    <Loaded queryKey={['mfa']} load={mfa.get}>
      {(factors) => (
        <>
          <FactorCard factors={factors} operations={OPERATIONS} />
          {factors.resetAt && <WaitingReset at={factors.resetAt} />}
        </>
      )}
    </Loaded>
  );
}

function WaitingReset({ at }: { at: string }) {
  return (
    <Card>
      <p>
        {text.secondFactor.resetAt} <Time at={at} />
      </p>
      <ActionDialog
        open={text.secondFactor.cancelReset}
        title={text.secondFactor.cancelReset}
        submit={text.secondFactor.cancelReset}
        send={mfa.cancelReset}
      />
    </Card>
  );
}
