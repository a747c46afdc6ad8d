import { CircleQuestionMark, MessageCircleQuestionMark } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import type { QuestionAction, QuestionValues } from '../../src-shared/wire/question.ts';
import type { ItemOf } from './conversation-items.ts';
import { failureWords } from './failure-words.ts';
import { FoldedRow } from './FoldedRow.tsx';
import { useRowState } from './open-rows.ts';
import { PageToVisit } from './PageToVisit.tsx';
import { QuestionFieldView } from './QuestionFieldView.tsx';
import { checkDraft, type Draft, firstDraft } from './question-values.ts';
import { questionAnswerWords, valueWords } from './question-words.ts';
import { safeLink } from './safe-link.ts';
import { revealHidden } from './visible-text.ts';
import './permission-card.css';
import './question-card.css';

export interface QuestionCardProps {
  item: ItemOf<'question'>;
  /** "OpenCode". */
  agentName: string;
  canAnswer: boolean;
  connected: boolean;
  /** Rejects when the answer was not taken. */
  onAnswer: (questionId: string, action: QuestionAction, values: QuestionValues | null) => Promise<void>;
}

/** What an agent asks: a form, or a page to visit. Folds to one line once answered. */
export function QuestionCard(props: QuestionCardProps) {
  return props.item.answer === null ? <OpenQuestion {...props} /> : <AnsweredQuestion item={props.item} />;
}

function OpenQuestion({ item: { question, key }, agentName, canAnswer, connected, onAnswer }: QuestionCardProps) {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [draft, setDraft] = useRowState<Draft>(`question ${key}`, () => firstDraft(question.fields));
  const [checked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const titleId = useId();
  const { values, errors } = checkDraft(question.fields, draft);
  const usable = canAnswer && connected && !sending;

  const send = (action: QuestionAction, answer: QuestionValues | null) => {
    setSending(true);
    setError(null);
    onAnswer(question.questionId, action, answer).catch((failure: unknown) => {
      setSending(false);
      setError(failureWords(failure));
    });
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    const wrong = question.fields.findIndex((field) => errors.has(field.name));
    if (wrong < 0) send('accept', question.url === null ? values : null);
    else form.current?.querySelectorAll<HTMLElement>('[data-field]')[wrong]?.querySelector<HTMLElement>(INPUT)?.focus();
  };

  return (
    <section className="permission" aria-labelledby={titleId}>
      <h3 id={titleId} className="permission-title">
        <MessageCircleQuestionMark className="icon-medium tone-amber" aria-hidden="true" />
        {question.url === null ? `${agentName} asks you something.` : `${agentName} asks you to open a page.`}
      </h3>
      <p className="question-message">{revealHidden(question.message)}</p>
      <form ref={form} className="question-form" noValidate onSubmit={submit}>
        {question.fields.map((field) => (
          <QuestionFieldView
            key={field.name}
            field={field}
            value={draft.get(field.name)}
            error={checked ? errors.get(field.name) : undefined}
            disabled={!usable}
            onChange={(value) => setDraft(new Map(draft).set(field.name, value))}
          />
        ))}
        {question.url !== null && <PageToVisit url={question.url} />}
        {canAnswer ? (
          <div className="row permission-actions">
            {usable && question.url !== null && safeLink(question.url) !== '' ? (
              <a
                className="button button-primary"
                href={question.url}
                target="_blank"
                rel="noopener noreferrer"
                onClick={() => send('accept', null)}
              >
                Open page
              </a>
            ) : (
              <button type="submit" className="button button-primary" disabled={!usable}>
                {acceptWords(question.url)}
              </button>
            )}
            <button type="button" className="button" disabled={!usable} onClick={() => send('decline', null)}>
              Decline
            </button>
            {sending && (
              <span className="note" role="status">
                Sending your answer
              </span>
            )}
            {!connected && !sending && <span className="note">You can answer when the connection is back.</span>}
          </div>
        ) : (
          <p className="note">This device may only look. Answer on your computer or on another device.</p>
        )}
      </form>
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

const INPUT = 'input, textarea, select';

function AnsweredQuestion({ item }: { item: ItemOf<'question'> }) {
  const { question, key, at } = item;
  const answer = item.answer!;
  const accepted = answer.action === 'accept';
  return (
    <FoldedRow
      rowKey={key}
      at={at}
      icon={<CircleQuestionMark className={`icon ${accepted ? 'tone-green' : 'tone-grey'}`} aria-hidden="true" />}
      summary={
        <>
          {questionAnswerWords(question, answer)} <span className="faint">{revealHidden(question.message)}</span>
        </>
      }
    >
      <div className="tool-details">
        <p className="question-message note">{revealHidden(question.message)}</p>
        {question.url !== null && <PageToVisit url={question.url} />}
        {accepted && question.fields.length > 0 && (
          <dl className="question-answers">
            {question.fields.map((field) => (
              <div key={field.name}>
                <dt className="faint">{revealHidden(field.label)}</dt>
                <dd>{valueWords(field, ownValue(answer.values, field.name))}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </FoldedRow>
  );
}

function acceptWords(url: string | null): string {
  if (url === null) return 'Answer';
  return safeLink(url) === '' ? 'I opened it' : 'Open page';
}

function ownValue(values: QuestionValues | null, name: string): QuestionValues[string] | undefined {
  return values !== null && Object.hasOwn(values, name) ? values[name] : undefined;
}
