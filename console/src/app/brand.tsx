import { text } from '../text/catalogue';
import icon from './icon.svg';

export function Brand({ label }: { label?: string }) {
  return (
    <span className="brand">
      <img src={icon} alt="" width="22" height="22" />
      <span>{text.brand}</span>
      {label && <span className="badge badge-accent">{label}</span>}
    </span>
  );
}
