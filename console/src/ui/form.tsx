import { useMutation } from '@tanstack/react-query';
import { useMemo, useRef, type FormEvent, type ReactNode } from 'react';
import { Form as AriaForm } from 'react-aria-components';
import { faultsByField, faultsOutside } from '../api/faults';
import { text } from '../text/catalogue';
import { Button } from './button';
import { Fault } from './feedback';

/** What was typed, by the names of the fields; an empty field is absent. */
export type Fields = Record<string, string | undefined>;

export interface FormProps<T> {
  send: (fields: Fields) => Promise<T>;
  onDone?: (result: T) => void;
  submit: string;
  kind?: 'primary' | 'danger';
  onCancel?: () => void;
  isWide?: boolean;
  children?: ReactNode;
}

/** A form of one operation. The problem's pointers lead to its fields; what is about no field stands above the button. */
export function Form<T>({
  send,
  onDone,
  submit,
  kind = 'primary',
  onCancel,
  isWide,
  children,
}: FormProps<T>) {
  const element = useRef<HTMLFormElement>(null);
  const sending = useMutation({ mutationFn: send, onSuccess: onDone });
  // A new object shows all of them again, also those that are corrected.
  const faults = useMemo(() => faultsByField(sending.error), [sending.error]);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!sending.isPending && isFilledIn(form)) sending.mutate(fieldsOf(form));
  };
  return (
    <AriaForm ref={element} className="form" validationErrors={faults} onSubmit={onSubmit}>
      {children}
      {sending.error && (
        <Fault error={sending.error} faults={faultsOutside(element.current, sending.error)} />
      )}
      <div className="form-actions">
        {onCancel && <Button onPress={onCancel}>{text.common.cancel}</Button>}
        <Button
          type="submit"
          formNoValidate
          kind={kind}
          isPending={sending.isPending}
          {...(isWide && { className: 'wide' })}
        >
          {submit}
        </Button>
      </div>
    </AriaForm>
  );
}

/** By the rules of the browser. What the server refused may be sent as it is: another field or the server may have changed. */
function isFilledIn(form: HTMLFormElement): boolean {
  const inputs = form.querySelectorAll<HTMLInputElement>('input, select, textarea');
  inputs.forEach((input) => input.setCustomValidity(''));
  return form.reportValidity();
}

function fieldsOf(form: HTMLFormElement): Fields {
  const entries = [...new FormData(form)].filter(([, value]) => value !== '');
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
