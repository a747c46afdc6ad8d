import { useEffect, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentCommand } from '../../src-shared/wire/detail.ts';
import { type CompletionToken, tokenAt } from './completion-token.ts';
import { useDebounced } from './use-debounced.ts';
import { useQuery } from './use-query.ts';
import { revealHidden } from './visible-text.ts';

/** After the last key: short enough to feel immediate, long enough to ask once for a word typed quickly. */
const ASK_AFTER_MS = 120;
const MAX_COMMANDS_SHOWN = 50;

export interface CompletionItem {
  readonly kind: 'file' | 'folder' | 'command';
  /** What is inserted, without its mark. */
  readonly value: string;
  readonly label: string;
  /** What it does, or where it is. */
  readonly note: string;
}

export interface Completion {
  readonly open: boolean;
  readonly kind: CompletionToken['kind'];
  readonly items: readonly CompletionItem[];
  readonly active: number;
  /** Nothing came yet for what is typed. */
  readonly loading: boolean;
  readonly error: string | null;
  setActive(index: number): void;
  /** Returns whether the key was for the list. */
  keyDown(event: KeyboardEvent): boolean;
}

interface CompletionOptions {
  readonly client: DaemonClient;
  readonly text: string;
  /** null while the field is not the one that is typed in. */
  readonly caret: number | null;
  /** The folder whose files are completed; null while there is none. */
  readonly cwd: string | null;
  readonly commands: readonly AgentCommand[];
  readonly onChoose: (item: CompletionItem) => void;
}

/** What could be meant by the `@…` or `/…` in front of the caret. */
export function useCompletion({ client, text, caret, cwd, commands, onChoose }: CompletionOptions): Completion {
  const token = caret === null ? null : tokenAt(text, caret);
  const place = token === null ? null : `${token.kind}:${token.from}`;
  const [dismissed, setDismissed] = useState<string | null>(null);
  useEffect(() => {
    if (place === null) setDismissed(null);
  }, [place]);
  const typed = token?.kind === 'file' ? token.query : null;
  const asked = useDebounced(typed, ASK_AFTER_MS);
  const settled = typed !== null && asked === typed;
  const files = useQuery(
    client,
    'files.complete',
    cwd === null || asked === null || typed === null ? null : { cwd, query: asked },
  );
  const items =
    token === null
      ? []
      : token.kind === 'command'
        ? matchingCommands(commands, token.query)
        : (files.data?.files ?? []).map(fileItem);
  const loading = token?.kind === 'file' && files.error === null && (!settled || files.loading);
  const [active, setActive] = useState(0);
  const shown = items.map(({ value }) => value).join('\n');
  useEffect(() => setActive(0), [shown]);

  const wanted = token !== null && dismissed !== place && (token.kind === 'file' ? cwd !== null : commands.length > 0);
  // An empty list says so for files; an unknown command is simply text.
  const open = wanted && (items.length > 0 || (token.kind === 'file' && !(loading && files.data === null)));
  const keyDown = (event: KeyboardEvent): boolean => {
    if (!open || event.nativeEvent.isComposing) return false;
    const item = items[Math.min(active, items.length - 1)];
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        if (items.length === 0) return false;
        event.preventDefault();
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setActive((active + step + items.length) % items.length);
        return true;
      }
      case 'Enter':
      case 'Tab':
        if (item === undefined || event.shiftKey) return false;
        event.preventDefault();
        onChoose(item);
        return true;
      case 'Escape':
        event.preventDefault();
        event.stopPropagation();
        setDismissed(place);
        return true;
      default:
        return false;
    }
  };
  return { open, kind: token?.kind ?? 'file', items, active, loading, error: files.error, setActive, keyDown };
}

function matchingCommands(commands: readonly AgentCommand[], query: string): CompletionItem[] {
  const wanted = query.toLowerCase();
  const rank = ({ name }: AgentCommand): number => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return commands
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, MAX_COMMANDS_SHOWN)
    .map(({ name, description, hint }) => ({
      kind: 'command',
      value: name,
      label: revealHidden(hint === null ? `/${name}` : `/${name} ${hint}`),
      note: revealHidden(description),
    }));
}

function fileItem({ path, kind }: { path: string; kind: 'file' | 'folder' }): CompletionItem {
  const slash = path.lastIndexOf('/');
  return {
    kind,
    value: kind === 'folder' ? `${path}/` : path,
    label: revealHidden(path.slice(slash + 1)),
    note: revealHidden(path.slice(0, Math.max(0, slash))),
  };
}
