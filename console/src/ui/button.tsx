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

/** While it is pending it does nothing, and keeps the focus. */
export function Button(given: Props) {
  const { kind = 'plain', icon, label, children, isPending, onPress, ...props } = given;
  const shape = children === undefined ? 'button-icon' : '';
  return (
    <AriaButton
      {...props}
      onPress={isPending ? undefined : onPress}
      aria-label={label}
      className={`button button-${kind} ${shape}`}
      data-pending={isPending || undefined}
    >
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}
