import { useState, type ReactNode } from 'react';
import { MfaRequiredError, type SecondStepRequest } from '@tenantry/client';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Field } from '../ui/fields';
import { Form, type Fields } from '../ui/form';
import { CodeField } from './code-field';

interface Props<T> {
  logIn: (fields: Fields) => Promise<T>;
  verify: (body: SecondStepRequest) => Promise<T>;
  /** With the new session, still within the form: what it throws is shown there. */
  then?: (entered: T) => Promise<T>;
  onDone: (entered: T) => void;
  isWide?: boolean;
  children: ReactNode;
}

/** Both steps of a log-in: what is asked first, and the second factor where there is one. */
export function SignInForm<T>({ logIn, verify, then, onDone, isWide, children }: Props<T>) {
  const [mfaToken, setMfaToken] = useState<string | null>(null);
  const [isByRecovery, setIsByRecovery] = useState(false);
  const enter = async (opening: Promise<T>) => {
    const entered = await opening;
    return then ? then(entered) : entered;
  };
  const first = async (fields: Fields): Promise<T | null> => {
    try {
      return await enter(logIn(fields));
    } catch (error) {
      if (!(error instanceof MfaRequiredError)) throw error;
      setMfaToken(error.details.mfaToken);
      return null;
    }
  };
  if (mfaToken === null)
    return (
      <Form
        submit={text.logIn.submit}
        send={first}
        onDone={(entered) => entered !== null && onDone(entered)}
        isWide={isWide}
      >
        {children}
      </Form>
    );
  return (
    <>
      <Form
        key={String(isByRecovery)}
        submit={text.logIn.submit}
        send={({ code, recoveryCode }) => enter(verify({ mfaToken, code, recoveryCode }))}
        onDone={onDone}
        isWide={isWide}
      >
        <p>{text.secondFactor.stepLead}</p>
        {isByRecovery ? (
          <Field name="recoveryCode" label={text.secondFactor.recoveryCode} isRequired autoFocus />
        ) : (
          <CodeField />
        )}
      </Form>
      <div className="row-actions">
        <Button kind="quiet" onPress={() => setIsByRecovery(!isByRecovery)}>
          {isByRecovery ? text.secondFactor.useCode : text.secondFactor.useRecovery}
        </Button>
        <Button kind="quiet" onPress={() => setMfaToken(null)}>
          {text.secondFactor.startAgain}
        </Button>
      </div>
    </>
  );
}
