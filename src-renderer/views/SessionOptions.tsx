import { useEffect, useId, useState } from 'react';
import type { SessionOption } from '../../src-shared/wire/detail.ts';
import { failureWords } from './failure-words.ts';
import { chosenAbout, choiceGroups, orderedOptions } from './option-words.ts';
import { revealHidden } from './visible-text.ts';
import './session-options.css';

/** Options beyond these wait behind a button. */
const SHOWN_OPTIONS = 2;

type OptionValue = string | boolean;

interface SessionOptionsProps {
  options: readonly SessionOption[];
  /** Why nothing can be changed now; null when it can. */
  locked: string | null;
  /** Rejects when the agent did not take it. */
  onChange: (optionId: string, value: OptionValue) => Promise<void>;
}

/** What a person may choose about a session: mode, model and what else the agent offers. */
export function SessionOptions({ options, locked, onChange }: SessionOptionsProps) {
  const [all, setAll] = useState(false);
  // What is chosen is shown at once; from the moment that the agent has taken it, what the agent says.
  const [pending, setPending] = useState<{ id: string; value: OptionValue } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const lockedId = useId();
  useEffect(() => setError(null), [options]);
  if (options.length === 0) return null;
  const ordered = orderedOptions(options);
  const shown = all ? ordered : ordered.slice(0, SHOWN_OPTIONS);

  const change = (option: SessionOption, value: OptionValue) => {
    setPending({ id: option.id, value });
    setError(null);
    onChange(option.id, value)
      .catch((failure: unknown) => setError(`${revealHidden(option.name)} is unchanged. ${failureWords(failure)}`))
      .finally(() => setPending(null));
  };

  return (
    <div className="session-options" role="group" aria-label="Options of this agent">
      {shown.map((option) => (
        <Option
          key={option.id}
          option={option}
          value={pending?.id === option.id ? pending.value : option.value}
          applying={pending?.id === option.id}
          disabled={locked !== null || pending !== null}
          title={locked ?? chosenAbout(option)}
          describedBy={locked === null ? undefined : lockedId}
          onChange={(value) => change(option, value)}
        />
      ))}
      {ordered.length > SHOWN_OPTIONS && (
        <button type="button" className="link session-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer options' : `${ordered.length - SHOWN_OPTIONS} more`}
        </button>
      )}
      {locked !== null && (
        <span id={lockedId} className="visually-hidden">
          {locked}
        </span>
      )}
      <span className="visually-hidden" role="status">
        {pending !== null && 'Applying'}
      </span>
      {error !== null && (
        <p className="error-text session-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface OptionProps {
  option: SessionOption;
  value: OptionValue;
  applying: boolean;
  disabled: boolean;
  title: string | null;
  /** Id of what is read out besides the name. */
  describedBy: string | undefined;
  onChange: (value: OptionValue) => void;
}

function Option({ option, value, applying, disabled, title, describedBy, onChange }: OptionProps) {
  const name = revealHidden(option.name);
  return (
    <label className="session-option" data-applying={applying}>
      {option.type === 'boolean' ? (
        <>
          <input
            type="checkbox"
            checked={value === true}
            disabled={disabled}
            title={title ?? undefined}
            aria-describedby={describedBy}
            onChange={(event) => onChange(event.target.checked)}
          />
          <span className="session-name">{name}</span>
        </>
      ) : (
        <>
          <span className="session-name faint">{name}</span>
          <select
            aria-label={name}
            title={title ?? undefined}
            aria-describedby={describedBy}
            value={String(value)}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
          >
            {choiceGroups(option).map(({ group, choices }) =>
              group === null ? (
                choices.map((choice) => <Choice key={choice.value} choice={choice} />)
              ) : (
                <optgroup key={group} label={revealHidden(group)}>
                  {choices.map((choice) => (
                    <Choice key={choice.value} choice={choice} />
                  ))}
                </optgroup>
              ),
            )}
          </select>
        </>
      )}
    </label>
  );
}

function Choice({ choice }: { choice: { value: string; name: string } }) {
  return <option value={choice.value}>{revealHidden(choice.name === '' ? choice.value : choice.name)}</option>;
}
