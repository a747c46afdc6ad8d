import type { EntryBody, PermissionOption } from '../../src-shared/wire/timeline.ts';
import type { PermissionAnswer } from './conversation-items.ts';
import { clockTime } from './time-words.ts';
import { commandOf, filesOf } from './tool-words.ts';
import { revealHidden } from './visible-text.ts';

type Request = Extract<EntryBody, { kind: 'permission' }>;

/** What will happen if this is allowed, in one sentence. */
export function permissionSentence(request: Request, agentName: string): string {
  const files = filesOf(request) ?? 'files';
  switch (request.toolKind) {
    case 'execute':
      return `${agentName} wants to run a command.`;
    case 'edit':
      return `${agentName} wants to change ${files}.`;
    case 'delete':
      return `${agentName} wants to delete ${files}.`;
    case 'move':
      return `${agentName} wants to move ${files}.`;
    case 'read':
      return `${agentName} wants to read ${files}.`;
    case 'fetch':
      return `${agentName} wants to fetch something from the network.`;
    case 'switch_mode':
      return `${agentName} wants to go on in another way.`;
    default:
      return `${agentName} asks for permission.`;
  }
}

/** The command, or what the agent calls it when it gave no command. */
export function permissionSubject(request: Request): string {
  return commandOf(request.input) ?? revealHidden(request.title);
}

export interface PermissionChoices {
  readonly allowOnce: PermissionOption | null;
  /** null: the agent offers no plain refusal; denying then cancels the request. */
  readonly deny: PermissionOption | null;
  readonly others: readonly PermissionOption[];
}

/** Sorts what the agent offers into the two buttons and the menu. Option ids differ per agent, so kinds decide. */
export function permissionChoices(options: readonly PermissionOption[]): PermissionChoices {
  const allowOnce = options.find((option) => option.kind === 'allow_once') ?? null;
  const deny = options.find((option) => option.kind === 'reject_once') ?? null;
  return { allowOnce, deny, others: options.filter((option) => option !== allowOnce && option !== deny) };
}

/**
 * What choosing an option does, and the agent's own words for it where they say more: `Always allow "npm test"` is less than
 * everything.
 */
export function optionWords({ kind, name }: PermissionOption): { label: string; note: string | null } {
  const label = LABELS[kind];
  const plain = [label, 'Allow', 'Allow always', 'Always allow', 'Reject', 'Reject always', 'Always reject', 'Deny'];
  const known = plain.some((words) => words.toLowerCase() === name.trim().toLowerCase());
  return { label, note: known || name.trim() === '' ? null : revealHidden(name) };
}

const LABELS: Readonly<Record<PermissionOption['kind'], string>> = {
  allow_once: 'Allow once',
  allow_always: 'Always allow for this agent',
  reject_once: 'Deny',
  reject_always: 'Always deny for this agent',
};

/** "Allowed from “Pixel 9”, 14:03". */
export function answerWords(answer: PermissionAnswer): string {
  const by = answer.by === null ? '' : ` from “${answer.by.name}”`;
  return `${outcome(answer)}${by}, ${clockTime(answer.at)}`;
}

function outcome(answer: PermissionAnswer): string {
  switch (answer.option?.kind) {
    case 'allow_once':
      return 'Allowed';
    case 'allow_always':
      return 'Always allowed for this agent';
    case 'reject_once':
      return 'Denied';
    case 'reject_always':
      return 'Always denied for this agent';
    case undefined:
      return answer.by === null ? 'Not answered' : 'Denied';
  }
}
