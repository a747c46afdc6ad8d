import { useState } from 'react';
import type { SettingsPatch } from '../../src-shared/config/schema.ts';
import type { InvokeResult } from '../../src-shared/ipc/contract.ts';
import { ipcFailure } from './ipc-failure.ts';
import type { Typed } from './settings-values.ts';

export type SaveSettings = (patch: SettingsPatch) => Promise<InvokeResult<'changeSettings'>>;

export interface Setting {
  readonly text: string;
  readonly error: string | null;
  /** Saved by the last change; `undo` takes it back. */
  readonly saved: boolean;
  change(text: string): void;
  /** Saves what was typed, if it differs and is valid. Call it when the field is left. */
  leave(): void;
  undo(): void;
}

/** A typed setting: checked with every key, saved on leaving, with the way back. `value` is the text in force. */
export function useSetting(value: string, read: (text: string) => Typed, save: SaveSettings): Setting {
  const [draft, setDraft] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const text = draft ?? value;
  const typed = read(text);

  const store = (wanted: string, previous: string | null) => {
    const change = read(wanted);
    if (!change.ok) return;
    save(change.patch).then(
      (result) => {
        if (result.ok) {
          setDraft(null);
          setBefore(previous);
        } else setRefused(result.message);
      },
      (failure: unknown) => setRefused(ipcFailure(failure)),
    );
  };

  return {
    text,
    error: refused ?? (draft !== null && !typed.ok ? typed.message : null),
    saved: before !== null && draft === null,
    change: (next) => {
      setDraft(next);
      setRefused(null);
      setBefore(null);
    },
    leave: () => {
      if (draft === null) return;
      if (draft.trim() === value.trim()) {
        setDraft(null);
        setRefused(null);
      } else store(draft, value);
    },
    undo: () => {
      if (before !== null) store(before, null);
    },
  };
}
