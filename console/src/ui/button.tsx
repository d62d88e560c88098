import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import { Icon } from './icon';
import type { IconName } from './icon-paths';

interface Props extends ButtonProps {
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  icon?: IconName;
  /** The label of a button that shows its icon only. */
  label?: string;
  children?: ReactNode;
}

export function Button({ kind = 'plain', icon, label, children, ...props }: Props) {
  const shape = children === undefined ? 'button-icon' : '';
  return (
    <AriaButton {...props} aria-label={label} className={`button button-${kind} ${shape}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}
