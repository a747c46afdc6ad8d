import { CircleSlash, CircleStop, CircleX } from 'lucide-react';
import { Aside } from './Aside.tsx';
import type { ItemOf } from './conversation-items.ts';
import { tokenWords } from './size-words.ts';
import { terminalText } from './visible-text.ts';
import './turn-end-row.css';

type TurnEnd = ItemOf<'turn-end'>;

const ENDS: Readonly<Record<TurnEnd['reason'], string>> = {
  end_turn: 'The turn ended.',
  max_tokens: 'Stopped: the model reached its output limit. Send a message to go on.',
  max_turn_requests: 'Stopped: the model reached its limit of steps for one turn. Send a message to go on.',
  refusal: 'The model refused to go on.',
  cancelled: 'This turn was stopped.',
  failed: 'This turn failed.',
  interrupted: 'This turn was interrupted. Nothing runs again by itself.',
};

/** How a turn ended; of an ordinary end only what it used. An error shows whole, its last lines of output among it. */
export function TurnEndRow({ item: { reason, error, tokens } }: { item: TurnEnd }) {
  const cut = reason === 'interrupted';
  const failed = !cut && (reason === 'failed' || error !== null);
  const Icon = cut ? CircleSlash : failed ? CircleX : CircleStop;
  return (
    <div className="turn-end">
      {(reason !== 'end_turn' || error !== null) && (
        <Aside icon={<Icon className={`icon ${failed ? 'tone-red' : 'tone-grey'}`} aria-hidden="true" />}>
          {ENDS[reason]}
        </Aside>
      )}
      {error !== null && (
        <div className={`turn-error${failed ? ' turn-failed' : ''}`} tabIndex={0} role="group" aria-label="Error">
          {terminalText(error)}
        </div>
      )}
      {tokens !== null && (
        <p className="faint turn-tokens" title={`${tokens.input} in, ${tokens.output} out`}>
          {tokenWords(tokens.total)} tokens
        </p>
      )}
    </div>
  );
}
