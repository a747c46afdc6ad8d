import { Check, X } from 'lucide-react';
import type { PermissionOption } from '../../src-shared/wire/timeline.ts';
import { Menu } from './Menu.tsx';
import { optionWords, permissionChoices } from './permission-words.ts';
import { revealHidden } from './visible-text.ts';

interface PermissionAnswersProps {
  options: readonly PermissionOption[];
  /** The agent's own names tell the options apart: each gets a button. */
  named: boolean;
  /** Ids of what is being allowed, read out with the buttons. */
  describedBy: string;
  sending: boolean;
  /** null refuses without one of the agent's options. */
  onAnswer: (optionId: string | null) => void;
}

/** The ways to answer a request. Nothing has the focus by itself. */
export function PermissionAnswers({ options, named, describedBy, sending, onAnswer }: PermissionAnswersProps) {
  const choices = permissionChoices(options);
  const common = { type: 'button', disabled: sending, 'aria-describedby': describedBy } as const;
  const status = sending && (
    <span className="note" role="status">
      Sending your answer
    </span>
  );
  if (named)
    return (
      <div className="permission-named">
        {options.map((option) => (
          <button key={option.optionId} {...common} className="button" onClick={() => onAnswer(option.optionId)}>
            {option.kind.startsWith('allow') ? (
              <Check className="icon tone-green" aria-label="Allow:" />
            ) : (
              <X className="icon tone-grey" aria-label="Deny:" />
            )}
            {option.name === '' ? optionWords(option).label : revealHidden(option.name)}
          </button>
        ))}
        {choices.deny === null && (
          <button {...common} className="button" onClick={() => onAnswer(null)}>
            Deny
          </button>
        )}
        {status}
      </div>
    );
  return (
    <div className="row permission-actions">
      {choices.allowOnce && (
        <button {...common} className="button button-primary" onClick={() => onAnswer(choices.allowOnce!.optionId)}>
          Allow once
        </button>
      )}
      <button {...common} className="button" onClick={() => onAnswer(choices.deny?.optionId ?? null)}>
        Deny
      </button>
      {choices.others.length > 0 && (
        <Menu
          label="More answers"
          disabled={sending}
          items={choices.others.map((option) => ({
            id: option.optionId,
            ...optionWords(option),
            onSelect: () => onAnswer(option.optionId),
          }))}
        />
      )}
      {status}
    </div>
  );
}
