import { Switch } from 'radix-ui';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { ipcFailure } from './ipc-failure.ts';
import { useSetting } from './use-setting.ts';
import type { SaveSettings, Setting } from './use-setting.ts';
import type { Typed } from './settings-values.ts';
import './field.css';

interface TextFieldProps {
  label: string;
  /** What it is for, in a sentence. */
  help: ReactNode;
  value: string;
  read: (text: string) => Typed;
  save: SaveSettings;
  /** The variable or flag that decides it, if one does. */
  fixed: string | undefined;
  placeholder?: string;
  /** One entry a line. */
  list?: boolean;
  children?: ReactNode;
}

/** A setting that is typed. */
export function TextField(props: TextFieldProps) {
  const { label, help, value, read, save, fixed, placeholder, list = false, children } = props;
  const setting = useSetting(value, read, save);
  const id = useId();
  const shared = {
    id,
    className: 'input',
    value: setting.text,
    placeholder,
    disabled: fixed !== undefined,
    spellCheck: false,
    autoComplete: 'off',
    'aria-invalid': setting.error !== null,
    'aria-describedby': `${id}-help ${id}-error`,
    onBlur: setting.leave,
  };
  return (
    <div className="field">
      <label htmlFor={id} className="field-label">
        {label}
      </label>
      {list ? (
        <textarea {...shared} rows={3} onChange={(event) => setting.change(event.target.value)} />
      ) : (
        <input
          {...shared}
          type="text"
          onChange={(event) => setting.change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setting.leave();
          }}
        />
      )}
      <FieldNotes id={id} help={help} fixed={fixed} setting={setting} />
      {children}
    </div>
  );
}

interface SwitchFieldProps {
  label: string;
  help: ReactNode;
  checked: boolean;
  fixed: string | undefined;
  /** Resolves with what is wrong, or null when it is done. */
  onChange: (checked: boolean) => Promise<string | null>;
  disabled?: boolean;
}

/** A setting that is on or off; it changes at once. */
export function SwitchField({ label, help, checked, fixed, onChange, disabled = false }: SwitchFieldProps) {
  const id = useId();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (wanted: boolean) => {
    setBusy(true);
    setError(null);
    onChange(wanted)
      .then(setError, (failure: unknown) => setError(ipcFailure(failure)))
      .finally(() => setBusy(false));
  };
  return (
    <div className="field">
      <div className="field-switch">
        <label htmlFor={id} className="field-label">
          {label}
        </label>
        <Switch.Root
          id={id}
          className="switch"
          checked={checked}
          disabled={disabled || busy || fixed !== undefined}
          aria-describedby={`${id}-help ${id}-error`}
          onCheckedChange={change}
        >
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
      </div>
      <FieldNotes id={id} help={help} fixed={fixed} setting={{ error, saved: false, undo: () => {} }} />
    </div>
  );
}

interface FieldNotesProps {
  id: string;
  help: ReactNode;
  fixed: string | undefined;
  setting: Pick<Setting, 'error' | 'saved' | 'undo'>;
}

function FieldNotes({ id, help, fixed, setting }: FieldNotesProps) {
  return (
    <>
      <p id={`${id}-help`} className="note">
        {help}
      </p>
      {fixed !== undefined && <p className="note field-fixed">Set by {fixed}; change it there.</p>}
      <p id={`${id}-error`} className="error-text" role="alert">
        {setting.error}
      </p>
      {setting.saved && (
        <p className="note" role="status">
          Saved.{' '}
          <button type="button" className="link" onClick={setting.undo}>
            Undo
          </button>
        </p>
      )}
    </>
  );
}
