import type { ReactNode } from 'react';
import { text } from '../text/catalogue';
import { Field } from './fields';

/* The fields by which people enter, as password managers know them. */

export function EmailField({ autoFocus = false }: { autoFocus?: boolean }) {
  return (
    <Field
      name="email"
      type="email"
      label={text.fields.email}
      autoComplete="username"
      isRequired
      autoFocus={autoFocus}
    />
  );
}

interface PasswordProps {
  name?: string;
  label?: string;
  hint?: ReactNode;
  autoFocus?: boolean;
}

/** The password of an account. */
export function PasswordField({ name, label, hint, autoFocus = false }: PasswordProps) {
  return (
    <Field
      name={name ?? 'password'}
      type="password"
      label={label ?? text.fields.password}
      autoComplete="current-password"
      isRequired
      hint={hint}
      autoFocus={autoFocus}
    />
  );
}

/** A password to be chosen. */
export function NewPasswordField({ name, label, autoFocus = false }: PasswordProps) {
  return (
    <Field
      name={name ?? 'password'}
      type="password"
      label={label ?? text.fields.password}
      hint={text.fields.passwordHint}
      autoComplete="new-password"
      isRequired
      autoFocus={autoFocus}
    />
  );
}
