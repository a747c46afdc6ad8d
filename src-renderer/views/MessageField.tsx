import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { ClipboardEvent, KeyboardEvent, ReactNode } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import type { AgentCommand } from '../../src-shared/wire/detail.ts';
import { AttachButton } from './AttachButton.tsx';
import { complete, mentionsIn, tokenAt } from './completion-token.ts';
import { CompletionList } from './CompletionList.tsx';
import type { Draft } from './draft.ts';
import { Enclosures } from './Enclosures.tsx';
import { hasTouchKeyboard } from './touch-keyboard.ts';
import { type CompletionItem, useCompletion } from './use-completion.ts';
import { useFileDrop } from './use-file-drop.ts';
import { useWatchable } from './use-watchable.ts';
import './message-field.css';

interface MessageFieldProps {
  client: DaemonClient;
  draft: Draft;
  label: string;
  placeholder: string;
  /** The folder whose files can be mentioned; null while there is none. */
  cwd: string | null;
  commands: readonly AgentCommand[];
  /** Rows of text that are always there. */
  rows: number;
  /** Enter, where it does not break the line. Absent: it always does. */
  onEnter?: () => void;
  /** Beside the attach button. */
  tools?: ReactNode;
  /** At the end of the lower row. */
  actions?: ReactNode;
}

/** Where a message is written, with the files that go along: chosen, pasted, dropped, or mentioned with `@`. */
export function MessageField(props: MessageFieldProps) {
  const { client, draft, label, placeholder, cwd, commands, rows, onEnter, tools, actions } = props;
  const { text, uploads, chosen } = useWatchable(draft.state);
  const [caret, setCaret] = useState<number | null>(null);
  const [left, setLeft] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const caretAfter = useRef<number | null>(null);
  const listId = useId();

  useEffect(() => draft.isFor(client), [draft, client]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
    if (caretAfter.current === null) return;
    element.setSelectionRange(caretAfter.current, caretAfter.current);
    setCaret(caretAfter.current);
    caretAfter.current = null;
  }, [text]);

  const choose = (item: CompletionItem) => {
    const token = caret === null ? null : tokenAt(text, caret);
    if (token === null) return;
    const done = complete(text, token, item.value, item.kind === 'folder');
    if (item.kind !== 'command') draft.choose(item.value);
    caretAfter.current = done.caret;
    draft.setText(done.text);
  };
  const completion = useCompletion({ client, text, caret, cwd, commands, onChoose: choose });
  const attach = useCallback((files: File[]) => setLeft(draft.attach(files, client)), [draft, client]);
  const dropping = useFileDrop(attach);

  const look = () => {
    const element = field.current;
    setCaret(element && element.selectionStart === element.selectionEnd ? element.selectionStart : null);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (completion.keyDown(event) || event.key !== 'Enter' || event.shiftKey || onEnter === undefined) return;
    if (event.nativeEvent.isComposing || hasTouchKeyboard()) return;
    event.preventDefault();
    onEnter();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    const plain = event.clipboardData.getData('text/plain');
    // Documents bring a picture of their text along; the text is meant. A copied file brings its name.
    if (files.length === 0 || (plain !== '' && !files.some(({ name }) => plain.includes(name)))) return;
    event.preventDefault();
    attach(files);
  };

  const { open } = completion;
  const combobox = {
    role: 'combobox',
    'aria-expanded': true,
    'aria-autocomplete': 'list',
    'aria-controls': listId,
    'aria-activedescendant': completion.items.length > 0 ? `${listId}-${completion.active}` : undefined,
  } as const;
  return (
    <div className="message-field" data-dropping={dropping}>
      {open && <CompletionList id={listId} completion={completion} onChoose={choose} />}
      <Enclosures
        uploads={uploads}
        mentions={mentionsIn(text, chosen)}
        onDetach={(upload) => {
          setLeft(null);
          draft.detach(upload);
        }}
        onUnmention={(path) => draft.unmention(path)}
      />
      {left !== null && (
        <p className="error-text" role="alert">
          {left}
        </p>
      )}
      {text.length > MAX_PROMPT_CHARS && (
        <p className="error-text" role="alert">
          This is longer than a message may be ({MAX_PROMPT_CHARS.toLocaleString()} characters). Put it into a file and
          attach that.
        </p>
      )}
      <textarea
        ref={field}
        className="message-text"
        aria-label={label}
        rows={rows}
        enterKeyHint={onEnter === undefined || hasTouchKeyboard() ? 'enter' : 'send'}
        placeholder={placeholder}
        value={text}
        {...(open ? combobox : {})}
        onChange={(event) => {
          draft.setText(event.target.value);
          look();
        }}
        onSelect={look}
        onBlur={() => setCaret(null)}
        onKeyDown={keyDown}
        onPaste={paste}
      />
      <div className="message-bar">
        <AttachButton onFiles={attach} />
        <div className="message-tools">{tools}</div>
        {actions}
      </div>
      {dropping && <p className="message-drop">Drop to attach</p>}
    </div>
  );
}
