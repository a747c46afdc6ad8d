import { basename } from 'node:path';
import type { AgentSummary, PendingPermission } from '../../src-shared/wire/agent.ts';
import type { PermissionOption } from '../../src-shared/wire/timeline.ts';
import type { TrayItem } from './tray-menu.ts';
import { trayLines, trayText } from './tray-text.ts';

/** What an agent that needs the person waits for: requests can be answered right here, questions lead to the window. */
export function waitingItems(agent: AgentSummary): TrayItem[] {
  const items = [
    ...agent.pending.map((request) => requestItem(agent, request)),
    ...agent.questions.map(({ message }) => showing(agent, `Needs you: ${message}`)),
  ];
  return items.length > 0 ? items : [showing(agent, `Needs you: ${agent.title || agent.providerLabel}`)];
}

/**
 * What would be allowed is shown in full above the answers; where that has no room, only a refusal is offered here. The first
 * item, which the keyboard is on when the submenu opens, answers nothing.
 */
function requestItem(agent: AgentSummary, request: PendingPermission): TrayItem {
  const lines = trayLines(request.title);
  const options = inOrder(request.options).filter(({ kind }) => lines !== null || kind.startsWith('reject'));
  const deny: TrayItem[] = options.some(({ kind }) => kind.startsWith('reject'))
    ? []
    : [answering(agent, request, null, 'Deny')];
  return {
    type: 'submenu',
    label: trayText(`Needs you: ${request.title}`),
    enabled: true,
    items: [
      showing(agent, 'Show in Paseo'),
      { type: 'separator' },
      ...(lines ?? ['Too long to show here; open Paseo to allow it.']).map((label): TrayItem => ({
        type: 'label',
        label,
      })),
      {
        type: 'label',
        label: trayText(`${agent.title || agent.providerLabel}, in ${basename(agent.cwd) || agent.cwd}`),
      },
      { type: 'separator' },
      ...options.map((option) => answering(agent, request, option.optionId, optionWords(option, options))),
      ...deny,
    ],
  };
}

const ORDER = ['allow_once', 'allow_always', 'reject_once', 'reject_always'] as const;
const WORDS: Readonly<Record<PermissionOption['kind'], string>> = {
  allow_once: 'Allow once',
  allow_always: 'Always allow',
  reject_once: 'Deny',
  reject_always: 'Always deny',
};

function inOrder(options: readonly PermissionOption[]): PermissionOption[] {
  return options.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** Answers that hold for longer say what for, in the agent's own words; so do two of the same kind. */
function optionWords({ kind, name }: PermissionOption, options: readonly PermissionOption[]): string {
  const word = WORDS[kind];
  const alone = options.filter((other) => other.kind === kind).length === 1;
  if ((alone && kind.endsWith('_once')) || name.toLowerCase() === word.toLowerCase()) return word;
  return trayText(`${word}: ${name}`);
}

function answering(
  agent: AgentSummary,
  { requestId }: PendingPermission,
  optionId: string | null,
  label: string,
): TrayItem {
  return { type: 'action', label, action: { do: 'answer', agentId: agent.id, requestId, optionId } };
}

function showing(agent: AgentSummary, label: string): TrayItem {
  return { type: 'action', label: trayText(label), action: { do: 'open', window: 'agents', agentId: agent.id } };
}
