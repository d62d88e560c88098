import type { FormEvent, ReactNode } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Switch,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from 'react-aria-components';
import { Icon } from './icon';

interface FieldProps extends Omit<TextFieldProps, 'children'> {
  label: string;
  name: string;
  hint?: ReactNode;
  placeholder?: string;
  rows?: number;
  min?: number | string;
  max?: number | string;
}

/** A text input with its label, hint and fault. `rows` makes it a text area. */
export function Field({ label, hint, placeholder, rows, min, max, ...props }: FieldProps) {
  return (
    <TextField onInput={judgeAgain} {...props} className="field">
      <Label>{label}</Label>
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} />
      ) : (
        <Input placeholder={placeholder} min={min} max={max} />
      )}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError />
    </TextField>
  );
}

/** A fault that is shown goes as soon as it is corrected. At the blur, the button would move away under its press. */
function judgeAgain({ currentTarget }: FormEvent<HTMLInputElement>): void {
  if (currentTarget.ariaInvalid === 'true')
    currentTarget.dispatchEvent(new Event('change', { bubbles: true }));
}

interface Choice {
  id: string;
  label: string;
  hint?: string;
}

interface ChoiceProps {
  label: string;
  name: string;
  choices: readonly Choice[];
  hint?: string;
  /** The label is read aloud, not shown: for filters. */
  isCompact?: boolean;
  value?: string;
  initial?: string;
  onChange?: (id: string) => void;
  isDisabled?: boolean;
  isRequired?: boolean;
}

export function ChoiceField(props: ChoiceProps) {
  const { label, name, choices, hint, isCompact, value, initial, onChange } = props;
  return (
    <Select
      name={name}
      className="field"
      aria-label={isCompact ? label : undefined}
      isDisabled={props.isDisabled}
      isRequired={props.isRequired}
      {...(value === undefined ? { defaultValue: initial ?? null } : { value })}
      onChange={(id) => onChange?.(String(id))}
    >
      {!isCompact && <Label>{label}</Label>}
      <Button className="select">
        <SelectValue>
          {({ defaultChildren, isPlaceholder }) => (isPlaceholder ? label : defaultChildren)}
        </SelectValue>
        <Icon name="down" />
      </Button>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError />
      <Popover className="popover">
        <ListBox items={choices}>
          {(choice) => (
            <ListBoxItem className="option" textValue={choice.label}>
              <span>{choice.label}</span>
              {choice.hint && <span className="hint">{choice.hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

interface ToggleProps {
  label: string;
  name?: string;
  hint?: string;
  isOn?: boolean;
  initial?: boolean;
  isDisabled?: boolean;
  onChange?: (isOn: boolean) => void;
}

export function Toggle({ label, name, hint, isOn, initial, isDisabled, onChange }: ToggleProps) {
  return (
    <Switch
      className="switch"
      name={name}
      value="on"
      isDisabled={isDisabled}
      isSelected={isOn}
      defaultSelected={initial}
      onChange={onChange}
    >
      <span className="switch-track" />
      <span>
        {label}
        {hint && <span className="hint">{hint}</span>}
      </span>
    </Switch>
  );
}
