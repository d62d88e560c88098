import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { Form as AriaForm } from 'react-aria-components';
import { faultsByField } from '../api/faults';
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
  const sending = useMutation({ mutationFn: send, onSuccess: onDone });
  const faults = faultsByField(sending.error);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!sending.isPending) sending.mutate(fieldsOf(event.currentTarget));
  };
  return (
    <AriaForm className="form" validationErrors={faults} onSubmit={onSubmit}>
      {children}
      {sending.error && <Fault error={sending.error} />}
      <div className="form-actions">
        {onCancel && <Button onPress={onCancel}>{text.common.cancel}</Button>}
        <Button
          type="submit"
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

function fieldsOf(form: HTMLFormElement): Fields {
  const entries = [...new FormData(form)].filter(([, value]) => value !== '');
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
