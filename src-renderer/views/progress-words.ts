import type { AgentState } from '../../src-shared/wire/agent.ts';
import type { ConversationItem, ToolCall } from './conversation-items.ts';
import { planWords } from './plan-words.ts';
import { groupWords, toolWords } from './tool-words.ts';

/** What the running turn does now, and how far its plan is: "Running npm test", "2 of 5 done". */
export function progressWords(
  items: readonly ConversationItem[],
  state: AgentState,
): { doing: string; plan: string | null } {
  let doing = STATES[state] ?? null;
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at]!;
    if (item.kind === 'user' || item.kind === 'turn-end') break;
    doing ??= doingWords(item);
    if (item.kind === 'plan') return { doing: doing ?? 'Working', plan: planWords(item.steps) };
  }
  return { doing: doing ?? 'Working', plan: null };
}

/** "nothing new for 45 s" when nothing came for so many milliseconds; null while that is usual, since models think. */
export function quietWords(ms: number): string | null {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 30) return null;
  return `nothing new for ${seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`}`;
}

/** Whatever else goes on. */
const STATES: Partial<Record<AgentState, string>> = { starting: 'Starting', 'needs-you': 'Waiting for your answer' };

function doingWords(item: ConversationItem): string | null {
  switch (item.kind) {
    case 'tools': {
      const running = item.calls.filter((call) => call.status === 'pending' || call.status === 'in_progress');
      if (running.length === 0) return 'Working';
      return running.length > 1 ? groupWords(running) : callWords(running[0]!);
    }
    case 'thought':
      return 'Thinking';
    case 'message':
      return 'Writing';
    case 'permission':
    case 'question':
      return 'Working';
    case 'user':
    case 'content':
    case 'plan':
    case 'option':
    case 'turn-end':
    case 'notice':
    case 'other':
      return null;
  }
}

function callWords(call: ToolCall): string {
  const { verb, target } = toolWords(call);
  return verb === '' ? target : `${verb} ${target}`;
}
