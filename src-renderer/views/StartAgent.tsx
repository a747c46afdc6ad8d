import { SquareTerminal } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { Banner } from './Banner.tsx';
import { Blank, Skeleton } from './Blank.tsx';
import { draftNamed } from './draft.ts';
import { failureWords } from './failure-words.ts';
import { FolderPicker } from './FolderPicker.tsx';
import { MessageField } from './MessageField.tsx';
import { ProviderList } from './ProviderList.tsx';
import { inOrder } from './provider-words.ts';
import { TryAgain } from './TryAgain.tsx';
import { useDraftMessage } from './use-draft-message.ts';
import { useQuery } from './use-query.ts';
import { useWatchable } from './use-watchable.ts';
import './start-agent.css';

interface StartAgentProps {
  client: DaemonClient;
  onStarted: (agentId: string) => void;
  /** Goes to the sessions of the agents' own programs. */
  onImport: () => void;
  onCancel: () => void;
}

/** Which agent, in which folder, with which first message. */
export function StartAgent({ client, onStarted, onImport, onCancel }: StartAgentProps) {
  const draft = draftNamed('start');
  const draftState = useWatchable(draft.state);
  const { sendable } = useDraftMessage(draft);
  const providers = useQuery(client, 'providers.list', {});
  const [chosen, setChosen] = useState<string | null>(null);
  const [folder, setFolder] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (folder !== null) draft.inFolder(folder);
  }, [draft, folder]);

  const known = providers.data?.providers ?? null;
  const startable = inOrder(known ?? []).filter(({ state }) => state === 'ready');
  const provider = startable.find(({ id }) => id === chosen) ?? startable[0] ?? null;
  const empty = draftState.text.trim() === '' && draftState.uploads.length === 0;
  const ready = provider !== null && folder !== null && !starting && (empty || sendable);

  const start = () => {
    if (!ready || draft.message() === null) return;
    setStarting(true);
    setError(null);
    draft
      .send(async ({ text, ...enclosed }) => {
        const prompt = empty ? null : text;
        const made = await client.command('agent.create', { provider: provider.id, cwd: folder, prompt, ...enclosed });
        onStarted(made.agentId);
      })
      .catch((failure: unknown) => {
        setStarting(false);
        setError(failureWords(failure));
      });
  };

  if (known === null && providers.error !== null)
    return (
      <Blank error title="The list of agents could not be loaded" actions={<TryAgain query={providers} />}>
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
      <ProviderList
        providers={known}
        chosenId={provider?.id ?? null}
        checking={providers.loading}
        error={providers.error}
        onChoose={setChosen}
        onCheck={providers.reload}
      />
      <fieldset className="start-section">
        <legend>Folder</legend>
        <FolderPicker client={client} initial={draft.folder} chosen={folder} onChoose={setFolder} />
      </fieldset>
      <fieldset className="start-section">
        <legend>First message</legend>
        <MessageField
          client={client}
          draft={draft}
          label="First message"
          placeholder="What should it do? You can also say it later."
          cwd={folder}
          commands={[]}
          rows={3}
        />
      </fieldset>
      {startable.some(({ listsSessions }) => listsSessions) && (
        <button type="button" className="button button-quiet start-import" onClick={onImport}>
          <SquareTerminal className="icon" aria-hidden="true" />
          Continue a session from the terminal
        </button>
      )}
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
