import { Archive, ArchiveRestore, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { Menu } from './Menu.tsx';
import { isBusy } from './state-words.ts';
import { StateBadge } from './StateBadge.tsx';
import { TerminalDialog } from './TerminalDialog.tsx';
import { folderName, revealHidden } from './visible-text.ts';

interface AgentHeaderProps {
  agent: AgentSummary;
  back?: ReactNode;
  /** Continues the session in a terminal; null while there is none. */
  continueCommand: string | null;
  canSteer: boolean;
  onArchive: (agent: AgentSummary, archived: boolean) => void;
  onRelease: () => Promise<void>;
}

/** Who the agent is and how it stands. */
export function AgentHeader({ agent, back, continueCommand, canSteer, onArchive, onRelease }: AgentHeaderProps) {
  const [inTerminal, setInTerminal] = useState(false);
  const items = [
    ...(continueCommand === null
      ? []
      : [
          {
            id: 'terminal',
            label: 'Continue in a terminal',
            icon: <SquareTerminal className="icon" aria-hidden="true" />,
            onSelect: () => setInTerminal(true),
          },
        ]),
    ...(canSteer ? [archiveItem(agent, onArchive)] : []),
  ];
  return (
    <header className="agent-header">
      {back}
      <div className="grow">
        <h1 className="one-line">{revealHidden(agent.title)}</h1>
        <p className="faint one-line" title={agent.cwd}>
          {folderName(agent.cwd)}, {agent.providerLabel}
        </p>
      </div>
      <StateBadge state={agent.state} />
      {items.length > 0 && <Menu label="More for this agent" items={items} />}
      {continueCommand !== null && (
        <TerminalDialog
          open={inTerminal}
          onClose={() => setInTerminal(false)}
          command={continueCommand}
          agentName={agent.providerLabel}
          busy={isBusy(agent.state)}
          release={canSteer ? onRelease : null}
        />
      )}
    </header>
  );
}

function archiveItem(agent: AgentSummary, onArchive: AgentHeaderProps['onArchive']) {
  const Icon = agent.archived ? ArchiveRestore : Archive;
  return {
    id: agent.archived ? 'restore' : 'archive',
    label: agent.archived ? 'Bring back' : 'Archive',
    icon: <Icon className="icon" aria-hidden="true" />,
    onSelect: () => onArchive(agent, !agent.archived),
  };
}
