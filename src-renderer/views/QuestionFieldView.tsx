import { useId } from 'react';
import type { ReactNode } from 'react';
import type { QuestionField } from '../../src-shared/wire/question.ts';
import type { Draft } from './question-values.ts';
import { revealHidden } from './visible-text.ts';

/** More choices than these are a list that opens. */
const SHOWN_CHOICES = 6;

type Value = Draft extends ReadonlyMap<string, infer V> ? V : never;

interface QuestionFieldViewProps {
  field: QuestionField;
  value: Value | undefined;
  error: string | undefined;
  disabled: boolean;
  onChange: (value: Value) => void;
}

/** One field of a question's form with its label, explanation and error. */
export function QuestionFieldView(props: QuestionFieldViewProps) {
  const { field, value, error, disabled, onChange } = props;
  const id = useId();
  const described = [field.description !== null && `${id}-about`, error !== undefined && `${id}-error`];
  const common = {
    disabled,
    'aria-invalid': error !== undefined,
    'aria-describedby': described.filter((each) => each !== false).join(' ') || undefined,
  };
  const text = typeof value === 'string' ? value : '';
  const inputType = field.type === 'text' ? INPUT_TYPES.get(field.format ?? '') : 'text';
  switch (field.type) {
    case 'boolean':
      return (
        <Frame {...props} id={id}>
          <label className="question-choice">
            <input {...common} type="checkbox" checked={value === true} onChange={(e) => onChange(e.target.checked)} />
            <Label field={field} />
          </label>
        </Frame>
      );
    case 'text':
    case 'number':
      return (
        <Frame {...props} id={id} label={<Label field={field} htmlFor={id} />}>
          {inputType === undefined ? (
            <textarea
              {...common}
              id={id}
              className="input question-text"
              rows={2}
              required={field.required}
              value={text}
              onChange={(event) => onChange(event.target.value)}
            />
          ) : (
            <input
              {...common}
              id={id}
              className="input"
              type={inputType}
              inputMode={field.type === 'number' ? (field.integer ? 'numeric' : 'decimal') : undefined}
              required={field.required}
              value={text}
              onChange={(event) => onChange(event.target.value)}
            />
          )}
        </Frame>
      );
    case 'choice':
      return field.choices.length > SHOWN_CHOICES ? (
        <Frame {...props} id={id} label={<Label field={field} htmlFor={id} />}>
          <select {...common} id={id} className="input" value={text} onChange={(event) => onChange(event.target.value)}>
            <option value="">{field.required ? 'Choose one' : 'No answer'}</option>
            {field.choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {revealHidden(choice.label)}
              </option>
            ))}
          </select>
        </Frame>
      ) : (
        <Group {...props} id={id} described={common['aria-describedby']}>
          {field.choices.map((choice) => (
            <Choice key={choice.value} choice={choice}>
              <input
                {...common}
                type="radio"
                name={id}
                checked={text === choice.value}
                onChange={() => onChange(choice.value)}
              />
            </Choice>
          ))}
          {!field.required && (
            <Choice choice={{ label: 'No answer', description: null }}>
              <input {...common} type="radio" name={id} checked={text === ''} onChange={() => onChange('')} />
            </Choice>
          )}
        </Group>
      );
    case 'choices': {
      const chosen = Array.isArray(value) ? (value as readonly string[]) : [];
      return (
        <Group {...props} id={id} described={common['aria-describedby']}>
          {field.choices.map((choice) => (
            <Choice key={choice.value} choice={choice}>
              <input
                {...common}
                type="checkbox"
                checked={chosen.includes(choice.value)}
                onChange={(event) =>
                  onChange(
                    event.target.checked ? [...chosen, choice.value] : chosen.filter((each) => each !== choice.value),
                  )
                }
              />
            </Choice>
          ))}
        </Group>
      );
    }
  }
}

/** What browsers help to type; other text may have several lines. */
const INPUT_TYPES: ReadonlyMap<string, string> = new Map([
  ['email', 'email'],
  ['uri', 'url'],
  ['date', 'date'],
  ['date-time', 'datetime-local'],
]);

function Frame({
  field,
  error,
  id,
  label,
  children,
}: QuestionFieldViewProps & { id: string; label?: ReactNode; children: ReactNode }) {
  return (
    <div className="question-field" data-field={field.name}>
      {label}
      <About field={field} id={id} />
      {children}
      <FieldError error={error} id={id} />
    </div>
  );
}

function Group({
  field,
  error,
  id,
  described,
  children,
}: QuestionFieldViewProps & { id: string; described: string | undefined; children: ReactNode }) {
  return (
    <fieldset className="question-field" data-field={field.name} aria-describedby={described}>
      <legend>
        <Label field={field} />
      </legend>
      <About field={field} id={id} />
      {children}
      <FieldError error={error} id={id} />
    </fieldset>
  );
}

function Label({ field, htmlFor }: { field: QuestionField; htmlFor?: string }) {
  const words = (
    <>
      {revealHidden(field.label)}
      {field.required && field.type !== 'boolean' && <span className="faint"> required</span>}
    </>
  );
  return htmlFor === undefined ? (
    <span className="question-label">{words}</span>
  ) : (
    <label className="question-label" htmlFor={htmlFor}>
      {words}
    </label>
  );
}

function About({ field, id }: { field: QuestionField; id: string }) {
  if (field.description === null) return null;
  return (
    <p id={`${id}-about`} className="note">
      {revealHidden(field.description)}
    </p>
  );
}

function FieldError({ error, id }: { error: string | undefined; id: string }) {
  if (error === undefined) return null;
  return (
    <p id={`${id}-error`} className="error-text">
      {error}
    </p>
  );
}

function Choice({ choice, children }: { choice: { label: string; description: string | null }; children: ReactNode }) {
  return (
    <label className="question-choice">
      {children}
      <span className="grow">
        {revealHidden(choice.label)}
        {choice.description !== null && <span className="question-hint note">{revealHidden(choice.description)}</span>}
      </span>
    </label>
  );
}
