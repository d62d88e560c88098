import { text } from '../text/catalogue';
import { ChoiceField } from '../ui/fields';

interface Props<State extends string> {
  states: readonly State[];
  words: Record<State, string>;
  value: State;
  onChange: (state: State) => void;
}

/** Over a list of one state at a time. */
export function StateFilter<State extends string>(props: Props<State>) {
  const { states, words, value, onChange } = props;
  const choose = (id: string) => {
    const state = states.find((each) => each === id);
    if (state) onChange(state);
  };
  return (
    <div className="filters">
      <ChoiceField
        name="state"
        label={text.staff.jobs.state}
        isCompact
        value={value}
        onChange={choose}
        choices={states.map((id) => ({ id, label: words[id] }))}
      />
    </div>
  );
}
