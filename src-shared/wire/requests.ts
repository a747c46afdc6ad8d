import { z } from 'zod';
import type { SessionRole } from '../devices.ts';
import { Device } from '../devices.ts';
import { AgentId, DeviceId, LogId } from '../ids.ts';
import { MAX_PAGE_ENTRIES, MAX_PROMPT_CHARS } from '../limits.ts';
import { AgentSummary, FolderListing, ProviderSummary } from './agent.ts';
import { ConfirmPairing, DaemonStatus, OpenOffer } from './status.ts';
import { Cursor, TimelineEntry } from './timeline.ts';

interface RequestShape {
  /** A command changes something: it has a durable id and runs at most once. A query can be asked again freely. */
  kind: 'query' | 'command';
  /** The least role that may ask. */
  role: SessionRole;
  params: z.ZodType;
  result: z.ZodType;
}

const nothing = z.strictObject({});
const prompt = z.string().min(1).max(MAX_PROMPT_CHARS);
const folder = z.string().min(1).max(4096);

export const Topic = z.enum(['agents', 'devices', 'daemon', 'pairing']);
export type Topic = z.infer<typeof Topic>;

/** Every request of the wire protocol, declared once. The router's handlers and the client's calls are typed from it. */
export const requests = {
  /** Starts events for these topics; each topic's first event is its whole state. `pairing` is for the owner. */
  watch: { kind: 'query', role: 'view', params: z.strictObject({ topics: z.array(Topic).max(8) }), result: nothing },
  'agents.list': {
    kind: 'query',
    role: 'view',
    params: z.strictObject({ archived: z.boolean() }),
    result: z.strictObject({ agents: z.array(AgentSummary) }),
  },
  /** Starts timeline events from the cursor; a second call for the same agent moves its cursor. */
  'agent.subscribe': {
    kind: 'query',
    role: 'view',
    params: z.strictObject({ agentId: AgentId, cursor: Cursor.nullable() }),
    result: nothing,
  },
  'agent.unsubscribe': {
    kind: 'query',
    role: 'view',
    params: z.strictObject({ agentId: AgentId }),
    result: nothing,
  },
  /** Entries before `before`, oldest first, in one page. An empty page means the beginning was reached. */
  'agent.page': {
    kind: 'query',
    role: 'view',
    params: z.strictObject({
      agentId: AgentId,
      logId: LogId,
      before: z.int().min(1),
      limit: z.int().min(1).max(MAX_PAGE_ENTRIES),
    }),
    result: z.strictObject({ logId: LogId, entries: z.array(TimelineEntry) }),
  },
  'agent.create': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ provider: z.string().max(64), cwd: folder, prompt: prompt.nullable() }),
    result: z.strictObject({ agentId: AgentId }),
  },
  'agent.prompt': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ agentId: AgentId, text: prompt }),
    result: z.strictObject({ seq: z.int().min(1) }),
  },
  'agent.cancel': { kind: 'command', role: 'full', params: z.strictObject({ agentId: AgentId }), result: nothing },
  'agent.archive': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ agentId: AgentId, archived: z.boolean() }),
    result: nothing,
  },
  /** `optionId` null cancels the request. The first answer wins; a later one gets `already_answered`. */
  'permission.answer': {
    kind: 'command',
    role: 'approve',
    params: z.strictObject({
      agentId: AgentId,
      requestId: z.string().max(64),
      optionId: z.string().max(256).nullable(),
    }),
    result: nothing,
  },
  'providers.list': {
    kind: 'query',
    role: 'full',
    params: nothing,
    result: z.strictObject({ providers: z.array(ProviderSummary) }),
  },
  /** Folders inside `path` (absolute), or inside the user's home when null. */
  'folders.list': {
    kind: 'query',
    role: 'full',
    params: z.strictObject({ path: folder.nullable() }),
    result: FolderListing,
  },
  'devices.list': {
    kind: 'query',
    role: 'view',
    params: nothing,
    /** `self` is null for the owner, who is no device. */
    result: z.strictObject({ devices: z.array(Device), self: DeviceId.nullable() }),
  },
  /** Anyone may revoke themselves; others need `full`. */
  'device.revoke': {
    kind: 'command',
    role: 'view',
    params: z.strictObject({ deviceId: DeviceId }),
    result: nothing,
  },
  'daemon.status': { kind: 'query', role: 'view', params: nothing, result: DaemonStatus },
  'daemon.stop': { kind: 'command', role: 'owner', params: nothing, result: nothing },
  'pairing.offer': {
    kind: 'command',
    role: 'owner',
    /** `attended` true: a person at the daemon must confirm, also where the daemon does not always ask. */
    params: z.strictObject({ attended: z.boolean().nullable() }),
    result: OpenOffer,
  },
  'pairing.cancel': {
    kind: 'command',
    role: 'owner',
    params: z.strictObject({ offerId: z.string().max(64) }),
    result: nothing,
  },
  'pairing.confirm': { kind: 'command', role: 'owner', params: ConfirmPairing, result: nothing },
} as const satisfies Record<string, RequestShape>;

type Requests = typeof requests;
export type Method = keyof Requests;
export type Params<M extends Method> = z.infer<Requests[M]['params']>;
export type Result<M extends Method> = z.infer<Requests[M]['result']>;
export type QueryMethod = { [M in Method]: Requests[M]['kind'] extends 'query' ? M : never }[Method];
export type CommandMethod = { [M in Method]: Requests[M]['kind'] extends 'command' ? M : never }[Method];
