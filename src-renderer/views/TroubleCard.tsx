import { CircleSlash, CircleX, KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { AgentDetail } from '../../src-shared/wire/detail.ts';
import { CopyCommand } from './CopyCommand.tsx';
import { failureWords } from './failure-words.ts';
import { revealHidden, terminalText } from './visible-text.ts';
import './trouble-card.css';

interface TroubleCardProps {
  agent: AgentSummary;
  login: AgentDetail['login'];
  /** This device may steer, and nothing else forbids it. */
  canSteer: boolean;
  connected: boolean;
  /** Goes on with the turn. Rejects when that is not possible. */
  onResume: () => Promise<void>;
}

/** Why an agent does not go on, and the one tap that lets it: a cut or failed turn, or a login that it needs. */
export function TroubleCard({ agent, login, canSteer, connected, onResume }: TroubleCardProps) {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (login === null && agent.state !== 'failed' && agent.state !== 'interrupted') return null;
  const resume = () => {
    setSending(true);
    setError(null);
    onResume()
      .catch((failure: unknown) => setError(failureWords(failure)))
      .finally(() => setSending(false));
  };
  const kind = login === null ? (agent.state === 'failed' ? 'failed' : 'interrupted') : 'login';
  const { icon: Icon, tone, action } = KINDS[kind];
  return (
    <section className={`trouble trouble-${kind}`} aria-label={TITLES[kind]}>
      <Icon className={`icon trouble-icon tone-${tone}`} aria-hidden="true" />
      <div className="trouble-text">
        {login === null ? <Cut agent={agent} kind={kind} /> : <Login login={login} label={agent.providerLabel} />}
        {error !== null && (
          <p className="error-text" role="alert">
            {error}
          </p>
        )}
      </div>
      {canSteer && (
        <button type="button" className="button button-primary" disabled={sending || !connected} onClick={resume}>
          {action}
        </button>
      )}
    </section>
  );
}

const TITLES = { failed: 'Failed turn', interrupted: 'Interrupted turn', login: 'Login needed' } as const;
const KINDS = {
  failed: { icon: CircleX, tone: 'red', action: 'Continue' },
  interrupted: { icon: CircleSlash, tone: 'grey', action: 'Continue' },
  login: { icon: KeyRound, tone: 'amber', action: 'Try again' },
} as const;

/** The whole of the error is in the conversation. */
function Cut({ agent, kind }: { agent: AgentSummary; kind: keyof typeof TITLES }) {
  return (
    <>
      <p className="trouble-title">{kind === 'failed' ? 'The last turn failed.' : 'The last turn was interrupted.'}</p>
      {agent.error !== null && (
        <p className="two-lines trouble-error note" title={terminalText(agent.error)}>
          {terminalText(agent.error)}
        </p>
      )}
    </>
  );
}

function Login({ login, label }: { login: NonNullable<AgentDetail['login']>; label: string }) {
  return (
    <>
      <p className="trouble-title">{label} needs a login.</p>
      <p className="note">
        {login.command === null
          ? `Log in with ${label}’s own program on your computer, then try again.`
          : 'Run this in a terminal on your computer, then try again. Paseo never sees the login.'}
      </p>
      {login.command !== null && <CopyCommand command={login.command} label="Command to log in" />}
      {login.methods.length > 0 && (
        <ul className="trouble-methods note">
          {login.methods.map((method) => (
            <li key={method.name}>
              {revealHidden(method.name)}
              {method.description !== null && <span className="faint"> {revealHidden(method.description)}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
