import { text } from '../text/catalogue';
import { Button } from './button';
import { notify, notifyFault } from './feedback';

/** Text in a box of its own, with a button that copies it. */
export function Copyable({ value, isBlock }: { value: string; isBlock?: boolean }) {
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    notify(text.common.copied);
  };
  return (
    <div className={isBlock ? 'copyable copyable-block' : 'copyable'}>
      {isBlock ? <pre tabIndex={0}>{value}</pre> : <code>{value}</code>}
      <Button
        kind="quiet"
        icon="copy"
        label={text.common.copy}
        onPress={() => void copy().catch(notifyFault)}
      />
    </div>
  );
}
