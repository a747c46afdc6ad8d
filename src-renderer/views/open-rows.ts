import { createContext, useContext, useMemo, useState } from 'react';

interface OpenRows {
  readonly keys: ReadonlySet<string>;
  toggle(key: string): void;
}

/** Which folded rows are open; kept above the rows, since rows out of view are not mounted. */
export const OpenRowsContext = createContext<OpenRows>({ keys: new Set(), toggle: () => {} });

export function useOpenRows(): OpenRows {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  return useMemo(
    () => ({
      keys,
      toggle: (key) =>
        setKeys((before) => {
          const after = new Set(before);
          if (!after.delete(key)) after.add(key);
          return after;
        }),
    }),
    [keys],
  );
}

/** Whether this row is open, and how to change that. */
export function useOpenRow(key: string): [open: boolean, toggle: () => void] {
  const rows = useContext(OpenRowsContext);
  return [rows.keys.has(key), () => rows.toggle(key)];
}
