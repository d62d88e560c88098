import { useState, useSyncExternalStore } from 'react';
import type { ReauthenticateRequest } from '@tenantry/client';
import { askedProof } from '../api/proof';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { PasswordField } from '../ui/entry-fields';
import { Form } from '../ui/form';
import { CodeField } from './code-field';

interface Props {
  prove: (body: ReauthenticateRequest) => Promise<unknown>;
  hasSecondFactor: boolean;
}

/** Over the page whose request needs a recent proof; the request is then sent again. */
export function ProveAgain({ prove, hasSecondFactor }: Props) {
  const isAsked = useSyncExternalStore(askedProof.subscribe, askedProof.isAsked);
  const [isByCode, setIsByCode] = useState(false);
  return (
    <Dialog
      title={text.secondFactor.proveTitle}
      isOpen={isAsked}
      onClose={() => askedProof.settle(false)}
    >
      <p>{text.secondFactor.proveLead}</p>
      <Form
        key={String(isByCode)}
        submit={text.secondFactor.prove}
        send={({ password, code }) => prove({ password, code })}
        onDone={() => askedProof.settle(true)}
        onCancel={() => askedProof.settle(false)}
      >
        {isByCode ? <CodeField /> : <PasswordField autoFocus />}
        {hasSecondFactor && (
          <Button kind="quiet" onPress={() => setIsByCode(!isByCode)}>
            {isByCode ? text.secondFactor.usePassword : text.secondFactor.useCode}
          </Button>
        )}
      </Form>
    </Dialog>
  );
}
