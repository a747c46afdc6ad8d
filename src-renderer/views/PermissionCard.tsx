import { ShieldCheck, ShieldQuestionMark, ShieldX } from 'lucide-react';
import { useId, useState } from 'react';
import type { ItemOf } from './conversation-items.ts';
import { failureWords } from './failure-words.ts';
import { FoldedRow } from './FoldedRow.tsx';
import { Markdown } from './Markdown.tsx';
import { PermissionAnswers } from './PermissionAnswers.tsx';
import { answerWords, permissionSentence, permissionSubject } from './permission-words.ts';
import { ToolContentView } from './ToolContentView.tsx';
import { diffsOf, planOf } from './tool-words.ts';
import { revealHidden } from './visible-text.ts';
import './block.css';
import './permission-card.css';

type Request = ItemOf<'permission'>;

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
  const id = useId();
  const { request } = item;

  const answer = (optionId: string | null) => {
    setSending(true);
    setError(null);
    onAnswer(request.requestId, optionId).catch((failure: unknown) => {
      setSending(false);
      setError(failureWords(failure));
    });
  };

  return (
    <section className="permission" aria-label="Permission request">
      <h3 id={`${id}-title`} className="permission-title">
        <ShieldQuestionMark className="icon-medium tone-amber" aria-hidden="true" />
        {permissionSentence(request, agentName)}
      </h3>
      <div className="permission-what">
        <RequestBody request={request} subjectId={`${id}-subject`} />
      </div>
      <p className="faint">
        In <span className="permission-path">{revealHidden(cwd)}</span>, for “{revealHidden(agentTitle)}”
      </p>
      {canAnswer ? (
        <PermissionAnswers
          options={request.options}
          named={request.toolKind === 'switch_mode'}
          describedBy={`${id}-title ${id}-subject`}
          sending={sending}
          onAnswer={answer}
        />
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
  const allowed = item.answer?.option?.kind.startsWith('allow') === true;
  const Icon = allowed ? ShieldCheck : ShieldX;
  return (
    <FoldedRow
      rowKey={item.key}
      at={item.at}
      icon={<Icon className={`icon ${allowed ? 'tone-green' : 'tone-grey'}`} aria-hidden="true" />}
      summary={
        <>
          {answerWords(item.answer!)} <span className="faint">{permissionSubject(item.request)}</span>
        </>
      }
    >
      <div className="tool-details">
        <RequestBody request={item.request} />
      </div>
    </FoldedRow>
  );
}

/** The command or the change itself, whatever the agent calls it. */
function RequestBody({ request, subjectId }: { request: Request['request']; subjectId?: string }) {
  const prose = request.toolKind === 'switch_mode';
  const plan = prose && request.content.length === 0 ? planOf(request.input) : null;
  return (
    <>
      {diffsOf(request.content).length === 0 && (
        <pre id={subjectId} className="block" tabIndex={0} aria-label="What it asks for">
          {permissionSubject(request)}
        </pre>
      )}
      {plan !== null && <Prose text={plan} />}
      {request.content.map((content, at) =>
        prose && content.type === 'text' ? (
          <Prose key={at} text={content.text} />
        ) : (
          <ToolContentView key={at} content={content} label="Details" />
        ),
      )}
    </>
  );
}

/** A plan that is to be approved. */
function Prose({ text }: { text: string }) {
  return (
    <div className="block" tabIndex={0} role="group" aria-label="Details">
      <Markdown text={text} />
    </div>
  );
}
