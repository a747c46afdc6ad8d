import { ChevronRight, ShieldCheck, ShieldQuestionMark, ShieldX } from 'lucide-react';
import { useState } from 'react';
import type { ConversationItem } from './conversation-model.ts';
import { DiffView } from './DiffView.tsx';
import { failureWords } from './failure-words.ts';
import { Menu } from './Menu.tsx';
import { useOpenRow } from './open-rows.ts';
import { answerWords, permissionChoices, permissionSentence, permissionSubject } from './permission-words.ts';
import { fullTime } from './time-words.ts';
import { diffsOf } from './tool-words.ts';
import { revealHidden, terminalText } from './visible-text.ts';
import './permission-card.css';

type Request = Extract<ConversationItem, { kind: 'permission' }>;

interface PermissionCardProps {
  item: Request;
  /** "OpenCode", and what its person calls this piece of work. */
  agentName: string;
  agentTitle: string;
  cwd: string;
  canAnswer: boolean;
  /** `optionId` null refuses without one of the agent's options. Rejects when the answer was not taken. */
  onAnswer: (requestId: string, optionId: string | null) => Promise<void>;
}

/** A permission request: what will happen, where, and the answers. Folds to one line once answered. */
export function PermissionCard(props: PermissionCardProps) {
  return props.item.answer === null ? <OpenRequest {...props} /> : <AnsweredRequest item={props.item} />;
}

function OpenRequest({ item, agentName, agentTitle, cwd, canAnswer, onAnswer }: PermissionCardProps) {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const choices = permissionChoices(item.request.options);

  const answer = (optionId: string | null) => {
    setSending(true);
    setError(null);
    onAnswer(item.request.requestId, optionId).catch((failure: unknown) => {
      setSending(false);
      setError(failureWords(failure));
    });
  };

  return (
    <section className="permission" aria-label="Permission request">
      <h3 className="permission-title">
        <ShieldQuestionMark className="icon-medium tone-amber" aria-hidden="true" />
        {permissionSentence(item.request, agentName)}
      </h3>
      <RequestBody request={item.request} />
      <p className="faint permission-place">
        In <span className="permission-path">{revealHidden(cwd)}</span>, for “{revealHidden(agentTitle)}”
      </p>
      {canAnswer ? (
        <div className="row permission-actions">
          {choices.allowOnce && (
            <button
              type="button"
              className="button button-primary"
              disabled={sending}
              onClick={() => answer(choices.allowOnce!.optionId)}
            >
              Allow once
            </button>
          )}
          <button
            type="button"
            className="button"
            disabled={sending}
            onClick={() => answer(choices.deny?.optionId ?? null)}
          >
            Deny
          </button>
          {choices.others.length > 0 && (
            <Menu
              label="More answers"
              disabled={sending}
              items={choices.others.map((option) => ({
                id: option.optionId,
                label: revealHidden(option.name),
                onSelect: () => answer(option.optionId),
              }))}
            />
          )}
          {sending && (
            <span className="note" role="status">
              Sending your answer
            </span>
          )}
        </div>
      ) : (
        <p className="note">This device may only look. Answer on your computer or on another device.</p>
      )}
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

function AnsweredRequest({ item }: { item: Request }) {
  const [open, toggle] = useOpenRow(item.key);
  const allowed = item.answer?.option?.kind.startsWith('allow') === true;
  const Icon = allowed ? ShieldCheck : ShieldX;
  return (
    <div className="tool">
      <button type="button" className="tool-line" aria-expanded={open} title={fullTime(item.at)} onClick={toggle}>
        <Icon className={`icon ${allowed ? 'tone-green' : 'tone-grey'}`} aria-hidden="true" />
        <span className="grow one-line">
          {answerWords(item.answer!)} <span className="faint">{permissionSubject(item.request)}</span>
        </span>
        <ChevronRight className="icon tool-chevron" aria-hidden="true" />
      </button>
      {open && (
        <div className="tool-details">
          <RequestBody request={item.request} />
        </div>
      )}
    </div>
  );
}

function RequestBody({ request }: { request: Request['request'] }) {
  const diffs = diffsOf(request.content);
  return (
    <>
      {diffs.length === 0 && (
        <pre className="permission-subject" tabIndex={0} aria-label="What it asks for">
          {permissionSubject(request)}
        </pre>
      )}
      {request.content.map((content, at) =>
        content.type === 'diff' ? (
          <DiffView key={at} diff={content} />
        ) : (
          <pre key={at} className="permission-subject" tabIndex={0} aria-label="Details">
            {terminalText(content.type === 'text' ? content.text : content.output)}
          </pre>
        ),
      )}
    </>
  );
}
