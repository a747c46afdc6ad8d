import { createContext, useContext, useMemo, useState } from 'react';

interface OpenRows {
  readonly keys: ReadonlySet<string>;
  toggle(key: string): void;
  /** What was typed in rows; read when a row comes back into view. */
  readonly typed: Map<string, unknown>;
}

/** Which folded rows are open; kept above the rows, since rows out of view are not mounted. */
export const OpenRowsContext = createContext<OpenRows>({ keys: new Set(), toggle: () => {}, typed: new Map() });

export function useOpenRows(): OpenRows {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const [typed] = useState(() => new Map<string, unknown>());
  return useMemo(
    () => ({
      keys,
      typed,
      toggle: (key) =>
        setKeys((before) => {
          const after = new Set(before);
          if (!after.delete(key)) after.add(key);
          return after;
        }),
    }),
    [keys, typed],
  );
}

/** Whether this row is open, and how to change that. */
export function useOpenRow(key: string): [open: boolean, toggle: () => void] {
  const rows = useContext(OpenRowsContext);
  return [rows.keys.has(key), () => rows.toggle(key)];
}

/** State of a row that survives being scrolled out of view. One key, one type. */
export function useRowState<T>(key: string, first: () => T): [value: T, set: (value: T) => void] {
  const { typed } = useContext(OpenRowsContext);
  const [value, setValue] = useState(() => (typed.has(key) ? (typed.get(key) as T) : first()));
  return [
    value,
    (next) => {
      typed.set(key, next);
      setValue(next);
    },
  ];
}
