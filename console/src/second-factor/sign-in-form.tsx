import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import {
  MfaRequiredError,
  type PasskeyOptionsResponse,
  type SecondStepRequest,
} from '@tenantry/client';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Fault } from '../ui/feedback';
import { Field } from '../ui/fields';
import { Form, type Fields } from '../ui/form';
import { CodeField } from './code-field';
import { usePasskey, type PasskeyAnswer } from './passkeys';

type Step = MfaRequiredError['details'];
type Way = Step['methods'][number];

interface Props<T> {
  logIn: (fields: Fields) => Promise<T>;
  /** Without a password, where that is offered. */
  ask?: () => Promise<PasskeyOptionsResponse>;
  logInByPasskey?: (body: { passkey: PasskeyAnswer }) => Promise<T>;
  verify: (body: SecondStepRequest) => Promise<T>;
  /** With the new session, still within the form: what it throws is shown there. */
  then?: (entered: T) => Promise<T>;
  onDone: (entered: T) => void;
  isWide?: boolean;
  children: ReactNode;
}

/** Both steps of a log-in: what is asked first, and the second factor where there is one. */
export function SignInForm<T>(props: Props<T>) {
  const { logIn, verify, ask, logInByPasskey, then, onDone, isWide, children } = props;
  const [step, setStep] = useState<Step | null>(null);
  const enter = async (opening: Promise<T>) => {
    const entered = await opening;
    return then ? then(entered) : entered;
  };
  const first = async (fields: Fields): Promise<T | null> => {
    try {
      return await enter(logIn(fields));
    } catch (error) {
      if (!(error instanceof MfaRequiredError)) throw error;
      setStep(error.details);
      return null;
    }
  };
  if (step)
    return (
      <SecondStep
        step={step}
        verify={(body) => enter(verify(body))}
        onDone={onDone}
        onStartAgain={() => setStep(null)}
        isWide={isWide}
      />
    );
  return (
    <>
      <Form
        submit={text.logIn.submit}
        send={first}
        onDone={(entered) => entered !== null && onDone(entered)}
        isWide={isWide}
      >
        {children}
      </Form>
      {ask && logInByPasskey && (
        <WithoutPassword
          logIn={async () => enter(logInByPasskey({ passkey: await usePasskey(await ask()) }))}
          onDone={onDone}
        />
      )}
    </>
  );
}

interface WithoutPasswordProps<T> {
  logIn: () => Promise<T>;
  onDone: (entered: T) => void;
}

function WithoutPassword<T>({ logIn, onDone }: WithoutPasswordProps<T>) {
  const { mutate, error, isPending } = useMutation({ mutationFn: logIn, onSuccess: onDone });
  return (
    <div className="form">
      {error && <Fault error={error} />}
      <div className="form-actions">
        <Button icon="keys" isPending={isPending} onPress={() => mutate()}>
          {text.passkeys.logIn}
        </Button>
      </div>
    </div>
  );
}

interface StepProps<T> {
  step: Step;
  verify: (body: SecondStepRequest) => Promise<T>;
  onDone: (entered: T) => void;
  onStartAgain: () => void;
  isWide?: boolean;
}

/** By any of the factors that the account has. */
export function SecondStep<T>({ step, verify, onDone, onStartAgain, isWide }: StepProps<T>) {
  const { mfaToken, methods, passkeyOptions } = step;
  const [way, setWay] = useState<Way>(methods[0] ?? 'totp');
  const send = async ({ code, recoveryCode }: Fields) => {
    if (way !== 'passkey') return verify({ mfaToken, code, recoveryCode });
    const passkey = await usePasskey({ options: passkeyOptions ?? {} });
    return verify({ mfaToken, passkey });
  };
  return (
    <>
      <Form
        key={way}
        submit={way === 'passkey' ? text.passkeys.use : text.logIn.submit}
        send={send}
        onDone={onDone}
        isWide={isWide}
      >
        <p>{text.secondFactor.stepLeads[way]}</p>
        {way === 'totp' && <CodeField />}
        {way === 'recovery_code' && (
          <Field name="recoveryCode" label={text.secondFactor.recoveryCode} isRequired autoFocus />
        )}
      </Form>
      <div className="row-actions">
        {methods
          .filter((each) => each !== way)
          .map((each) => (
            <Button key={each} kind="quiet" onPress={() => setWay(each)}>
              {text.secondFactor.waysOfStep[each]}
            </Button>
          ))}
        <Button kind="quiet" onPress={onStartAgain}>
          {text.secondFactor.startAgain}
        </Button>
      </div>
    </>
  );
}
