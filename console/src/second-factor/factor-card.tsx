import type {
  ConfirmTotpRequest,
  RecoveryCodesResponse,
  SecondFactorsResponse,
  TotpSetupResponse,
} from '@tenantry/client';
import { useMutation } from '@tanstack/react-query';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Copyable } from '../ui/copyable';
import { ActionDialog } from '../ui/dialog';
import { Fault } from '../ui/feedback';
import { Form } from '../ui/form';
import { Time } from '../ui/format';
import { Card, Facts } from '../ui/page';
import { CodeField } from './code-field';
import { PasskeyCard, type PasskeyOperations } from './passkey-card';
import { showRecoveryCodes } from './recovery-codes';

/** What people and staff do with theirs. */
export interface FactorOperations extends PasskeyOperations {
  begin: () => Promise<TotpSetupResponse>;
  confirm: (body: ConfirmTotpRequest) => Promise<RecoveryCodesResponse>;
  renewCodes: () => Promise<RecoveryCodesResponse>;
  remove: () => Promise<unknown>;
}

interface Props {
  factors: SecondFactorsResponse;
  operations: FactorOperations;
}

/** The second factors of the reader: authenticator app, recovery codes, passkeys. */
export function FactorCard({ factors, operations }: Props) {
  const { totp, passkeys, recoveryCodesLeft } = factors;
  const hasAny = totp !== null || passkeys.length > 0;
  return (
    <>
      <Card title={text.secondFactor.title} lead={text.secondFactor.lead}>
        {hasAny && (
          <Facts
            facts={[
              [text.secondFactor.since, totp && <Time key="at" at={totp.confirmedAt} isDay />],
              [text.secondFactor.codesLeft, recoveryCodesLeft],
            ]}
          />
        )}
        {!totp && <SetUp operations={operations} />}
        {hasAny && (
          <div className="row-actions">
            <RenewCodes operations={operations} />
            {totp && <RemoveApp operations={operations} />}
          </div>
        )}
      </Card>
      <PasskeyCard passkeys={passkeys} operations={operations} />
    </>
  );
}

function RenewCodes({ operations: { renewCodes } }: Pick<Props, 'operations'>) {
  return (
    <ActionDialog
      open={text.secondFactor.renew}
      title={text.secondFactor.renew}
      submit={text.secondFactor.renew}
      send={renewCodes}
      onDone={({ recoveryCodes }) => showRecoveryCodes(recoveryCodes)}
    >
      <p>{text.secondFactor.renewLead}</p>
    </ActionDialog>
  );
}

function RemoveApp({ operations: { remove } }: Pick<Props, 'operations'>) {
  return (
    <ActionDialog
      open={text.secondFactor.remove}
      openKind="danger"
      title={text.secondFactor.remove}
      submit={text.secondFactor.remove}
      kind="danger"
      send={remove}
    >
      <p>{text.secondFactor.removeLead}</p>
    </ActionDialog>
  );
}

function SetUp({ operations: { begin, confirm } }: Pick<Props, 'operations'>) {
  const beginning = useMutation({ mutationFn: begin });
  const setup = beginning.data;
  if (!setup)
    return (
      <>
        {beginning.error && <Fault error={beginning.error} />}
        <Button
          kind="primary"
          icon="shield"
          isPending={beginning.isPending}
          onPress={() => beginning.mutate()}
        >
          {text.secondFactor.setUp}
        </Button>
      </>
    );
  return (
    <Form
      submit={text.secondFactor.confirm}
      send={({ code = '' }) => confirm({ code })}
      onDone={({ recoveryCodes }) => showRecoveryCodes(recoveryCodes)}
    >
      <p>{text.secondFactor.scan}</p>
      <img src={inImage(setup.qr)} alt={text.secondFactor.qr} width={200} height={200} />
      <Copyable value={setup.secret} />
      <CodeField />
    </Form>
  );
}

const inImage = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;
