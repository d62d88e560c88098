import { brand } from '../api/brand';
import icon from './icon.svg';

export function Brand({ label }: { label?: string }) {
  return (
    <span className="brand">
      <img src={brand.logoUrl ?? icon} alt="" width="22" height="22" />
      <span>{brand.name}</span>
      {label && <span className="badge badge-accent">{label}</span>}
    </span>
  );
}
