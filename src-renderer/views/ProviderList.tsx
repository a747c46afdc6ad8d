import { ChevronRight, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { ProviderSummary } from '../../src-shared/wire/agent.ts';
import { CopyCommand } from './CopyCommand.tsx';
import { inOrder, isFar, isShownOpen, PROVIDER_STATES } from './provider-words.ts';
import { revealHidden } from './visible-text.ts';
import './provider-list.css';

interface ProviderListProps {
  providers: readonly ProviderSummary[];
  chosenId: string | null;
  /** They are being looked at again. */
  checking: boolean;
  /** Why the last look failed. */
  error: string | null;
  onChoose: (id: string) => void;
  onCheck: () => void;
}

/** The agents of the computer: those that can be started, and what each of the others lacks. */
export function ProviderList({ providers, chosenId, checking, error, onChoose, onCheck }: ProviderListProps) {
  const [all, setAll] = useState(false);
  const ordered = inOrder(providers);
  const [near, far] = [ordered.filter((each) => !isFar(each)), ordered.filter(isFar)];
  const foldable = far.length > 1 && providers.some(({ state }) => state === 'ready');
  const shown = foldable && !all ? near : ordered;
  return (
    <fieldset className="start-section">
      <legend>Agent</legend>
      {providers.length === 0 && <p className="note">No agent is set up on this computer yet.</p>}
      <div className="providers">
        {shown.map((provider) =>
          provider.state === 'ready' ? (
            <ReadyProvider
              key={provider.id}
              provider={provider}
              checked={provider.id === chosenId}
              onChoose={() => onChoose(provider.id)}
            />
          ) : (
            <LackingProvider key={provider.id} provider={provider} startsOpen={isShownOpen(provider, providers)} />
          ),
        )}
      </div>
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <div className="row">
        {foldable && (
          <button type="button" className="button button-quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            <ChevronRight className="icon provider-turn" data-open={all} aria-hidden="true" />
            {all ? 'Fewer agents' : `${far.length} more`}
          </button>
        )}
        <button type="button" className="button button-quiet" disabled={checking} onClick={onCheck}>
          <RefreshCw className={`icon${checking ? ' spin' : ''}`} aria-hidden="true" />
          {checking ? 'Checking' : 'Check again'}
        </button>
      </div>
    </fieldset>
  );
}

interface ReadyProviderProps {
  provider: ProviderSummary;
  checked: boolean;
  onChoose: () => void;
}

function ReadyProvider({ provider, checked, onChoose }: ReadyProviderProps) {
  return (
    <label className="provider provider-ready">
      <input type="radio" name="provider" checked={checked} onChange={onChoose} />
      <span className="grow">
        <span>{revealHidden(provider.label)}</span> <span className="faint">{provider.version}</span>
        {provider.path !== null && (
          <span className="faint one-line provider-path" title={provider.path}>
            {revealHidden(provider.path)}
          </span>
        )}
      </span>
      <ProviderState provider={provider} />
    </label>
  );
}

function LackingProvider({ provider, startsOpen }: { provider: ProviderSummary; startsOpen: boolean }) {
  // Until it is touched it follows what is known; a look that is repeated closes nothing.
  const [touched, setTouched] = useState<boolean | null>(null);
  const open = touched ?? startsOpen;
  return (
    <div className="provider provider-lacking">
      <button type="button" className="provider-head" aria-expanded={open} onClick={() => setTouched(!open)}>
        <ChevronRight className="icon provider-turn" data-open={open} aria-hidden="true" />
        <span className="grow">
          <span>{revealHidden(provider.label)}</span> <span className="faint">{provider.version}</span>
        </span>
        <ProviderState provider={provider} />
      </button>
      {open && (
        <div className="provider-fix">
          {provider.path !== null && <p className="faint">{revealHidden(provider.path)}</p>}
          {provider.fix !== null && <p className="note">{revealHidden(provider.fix)}</p>}
          {provider.command !== null && (
            <CopyCommand command={provider.command} label={`Command for ${provider.label}`} />
          )}
        </div>
      )}
    </div>
  );
}

function ProviderState({ provider }: { provider: ProviderSummary }) {
  const { word, tone } = PROVIDER_STATES[provider.state];
  return (
    <span className={`provider-state tone-${tone}`}>
      <span className="provider-mark" aria-hidden="true" />
      {word}
    </span>
  );
}
