import { useSyncExternalStore } from 'react';
import { text } from '../text/catalogue';
import { Button } from '../ui/button';
import { Copyable } from '../ui/copyable';
import { Dialog } from '../ui/dialog';

let shown: readonly string[] | null = null;
const listeners = new Set<() => void>();

/** Over any page, since the one that asked for them may give way to another. None, or null: they are kept. */
export function showRecoveryCodes(codes: readonly string[] | null): void {
  shown = codes?.length ? codes : null;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shown once: copied, or kept as a file. */
export function RecoveryCodes() {
  const codes = useSyncExternalStore(subscribe, () => shown);
  const content = (codes ?? []).join('\n');
  const close = () => showRecoveryCodes(null);
  return (
    <Dialog title={text.secondFactor.codesTitle} isOpen={codes !== null} onClose={close} isFirm>
      <p>{text.secondFactor.codesLead}</p>
      <Copyable value={content} isBlock />
      <div className="form-actions">
        <Button onPress={() => download(content)}>{text.secondFactor.download}</Button>
        <Button kind="primary" onPress={close}>
          {text.common.keptIt}
        </Button>
      </div>
    </Dialog>
  );
}

function download(content: string): void {
  const url = URL.createObjectURL(new Blob([`${content}\n`], { type: 'text/plain' }));
  const link = Object.assign(document.createElement('a'), { href: url });
  link.download = 'recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}
