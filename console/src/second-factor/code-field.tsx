import { text } from '../text/catalogue';
import { Field } from '../ui/fields';

export function CodeField() {
  return (
    <Field
      name="code"
      label={text.secondFactor.code}
      hint={text.secondFactor.codeHint}
      inputMode="numeric"
      autoComplete="one-time-code"
      isRequired
      autoFocus
    />
  );
}
