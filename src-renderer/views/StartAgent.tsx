import { useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import type { ProviderSummary } from '../../src-shared/wire/agent.ts';
import { Banner } from './Banner.tsx';
import { Blank, Skeleton } from './Blank.tsx';
import { failureWords } from './failure-words.ts';
import { FolderPicker } from './FolderPicker.tsx';
import { useQuery } from './use-query.ts';
import './start-agent.css';

interface StartAgentProps {
  client: DaemonClient;
  onStarted: (agentId: string) => void;
  onCancel: () => void;
}

/** Which agent, in which folder, with which first message. */
export function StartAgent({ client, onStarted, onCancel }: StartAgentProps) {
  const providers = useQuery(client, 'providers.list', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [folder, setFolder] = useState<string | null>(null);
  const [prompt, setPrompt] = useState('');
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const known = providers.data?.providers.filter((provider) => provider.state !== 'disabled') ?? null;
  const provider =
    known?.find((entry) => entry.id === chosen) ?? known?.find((entry) => entry.state === 'ready') ?? null;
  const ready = provider?.state === 'ready' && folder !== null && !starting;

  const start = () => {
    if (!ready) return;
    setStarting(true);
    setError(null);
    const first = prompt.trim() === '' ? null : prompt;
    client.command('agent.create', { provider: provider.id, cwd: folder, prompt: first }).then(
      ({ agentId }) => onStarted(agentId),
      (failure: unknown) => {
        setStarting(false);
        setError(failureWords(failure));
      },
    );
  };

  if (known === null && providers.error !== null)
    return (
      <Blank
        error
        title="The list of agents could not be loaded"
        actions={
          <button type="button" className="button" onClick={providers.reload}>
            Try again
          </button>
        }
      >
        {providers.error}
      </Blank>
    );
  if (known === null) return <Skeleton rows={6} label="Loading agents and folders" />;
  return (
    <form
      className="start-agent"
      aria-label="Start agent"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <fieldset className="start-section">
        <legend>Agent</legend>
        {known.length === 0 && <p className="note">No agent is set up on this computer yet.</p>}
        {known.map((entry) => (
          <Provider
            key={entry.id}
            provider={entry}
            checked={entry.id === provider?.id}
            onChoose={() => setChosen(entry.id)}
          />
        ))}
      </fieldset>
      <fieldset className="start-section">
        <legend>Folder</legend>
        <FolderPicker client={client} chosen={folder} onChoose={setFolder} />
      </fieldset>
      <label className="start-section">
        <span className="start-label">First message</span>
        <textarea
          className="input"
          value={prompt}
          maxLength={MAX_PROMPT_CHARS}
          placeholder="What should it do? You can also say it later."
          onChange={(event) => setPrompt(event.target.value)}
        />
      </label>
      {error !== null && <Banner tone="error">{error}</Banner>}
      <div className="row start-actions">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button button-primary" disabled={!ready}>
          {starting ? 'Starting' : 'Start agent'}
        </button>
      </div>
    </form>
  );
}

interface ProviderProps {
  provider: ProviderSummary;
  checked: boolean;
  onChoose: () => void;
}

function Provider({ provider, checked, onChoose }: ProviderProps) {
  const ready = provider.state === 'ready';
  return (
    <label className="start-provider">
      <input type="radio" name="provider" checked={checked} disabled={!ready} onChange={onChoose} />
      <span className="grow">
        <span>{provider.label}</span> <span className="faint">{provider.version}</span>
        {!ready && (
          <span className="note start-fix">
            {provider.state === 'not-installed' ? 'Not installed.' : 'Not working.'} {provider.fix}
          </span>
        )}
      </span>
    </label>
  );
}
