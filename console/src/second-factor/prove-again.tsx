import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import type {
  PasskeyOptionsResponse,
  ReauthenticateRequest,
  SecondFactorsResponse,
} from '@tenantry/client';
import { askedProof } from '../api/proof';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { PasswordField } from '../ui/entry-fields';
import { Form, type Fields } from '../ui/form';
import { CodeField } from './code-field';
import { usePasskey } from './passkeys';

interface Props {
  prove: (body: ReauthenticateRequest) => Promise<unknown>;
  ask: () => Promise<PasskeyOptionsResponse>;
  loadFactors: () => Promise<SecondFactorsResponse>;
  /** Other ways. */
  children?: ReactNode;
}

type Way = 'password' | 'code' | 'passkey';

/** Over the page whose request needs a recent proof; the request is then sent again. */
export function ProveAgain({ prove, ask, loadFactors, children }: Props) {
  const isAsked = useSyncExternalStore(askedProof.subscribe, askedProof.isAsked);
  const [chosen, setChosen] = useState<Way>('password');
  const { data: factors } = useQuery({
    queryKey: ['factors-for-proof'],
    queryFn: loadFactors,
    enabled: isAsked,
  });
  const ways = waysOf(factors);
  const way = ways.includes(chosen) ? chosen : 'password';
  const send = async ({ password, code }: Fields) =>
    prove(way === 'passkey' ? { passkey: await usePasskey(await ask()) } : { password, code });
  return (
    <Dialog
      title={text.secondFactor.proveTitle}
      isOpen={isAsked}
      onClose={() => askedProof.settle(false)}
    >
      <p>{text.secondFactor.proveLead}</p>
      <Form
        key={way}
        submit={way === 'passkey' ? text.passkeys.use : text.secondFactor.prove}
        send={send}
        onDone={() => askedProof.settle(true)}
        onCancel={() => askedProof.settle(false)}
      >
        {way === 'code' && <CodeField />}
        {way === 'password' && <PasswordField autoFocus />}
        {ways
          .filter((each) => each !== way)
          .map((each) => (
            <Button key={each} kind="quiet" onPress={() => setChosen(each)}>
              {text.secondFactor.ways[each]}
            </Button>
          ))}
      </Form>
      {children}
    </Dialog>
  );
}

function waysOf(factors: SecondFactorsResponse | undefined): Way[] {
  return [
    'password',
    ...(factors?.totp ? (['code'] as const) : []),
    ...(factors?.passkeys.length ? (['passkey'] as const) : []),
  ];
}
