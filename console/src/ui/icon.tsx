import { iconPaths, type IconName } from './icon-paths';

/** A decorative icon in the colour of its text; what it means is said by text or a label beside it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={iconPaths[name]} />
    </svg>
  );
}
