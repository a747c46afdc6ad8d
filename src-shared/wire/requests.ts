import { z } from 'zod';
import type { SessionRole } from '../devices.ts';
import { Device } from '../devices.ts';
import { AgentId, DeviceId, LogId } from '../ids.ts';
import {
  ATTACHMENT_PART_CHARS,
  MAX_ATTACHMENT_BYTES,
  MAX_EXTERNAL_SESSIONS,
  MAX_FILE_MATCHES,
  MAX_PAGE_ENTRIES,
  MAX_PROMPT_ATTACHMENTS,
  MAX_PROMPT_CHARS,
  MAX_PROMPT_MENTIONS,
} from '../limits.ts';
import { AgentSummary, ExternalSession, FileMatch, FolderListing, ProviderSummary } from './agent.ts';
import { Attachment, AttachmentId } from './content.ts';
import { QuestionAction, QuestionValues } from './question.ts';
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
const prompt = z.string().max(MAX_PROMPT_CHARS);
/** Files that were sent with `attachment.upload`, and files of the working folder relative to it. */
const enclosed = {
  attachments: z.array(AttachmentId).max(MAX_PROMPT_ATTACHMENTS),
  mentions: z.array(z.string().min(1).max(4096)).max(MAX_PROMPT_MENTIONS),
};
const queued = { agentId: AgentId, queuedId: z.string().max(64) };
const base64Part = z.base64().max(ATTACHMENT_PART_CHARS);
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
    params: z.strictObject({ provider: z.string().max(64), cwd: folder, prompt: prompt.nullable(), ...enclosed }),
    result: z.strictObject({ agentId: AgentId }),
  },
  /** Begins a turn (`seq` of its entry), or waits in the queue while one runs (`queuedId`). Text or attachments, or both. */
  'agent.prompt': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ agentId: AgentId, text: prompt, ...enclosed }),
    result: z.strictObject({ seq: z.int().min(1).nullable(), queuedId: z.string().max(64).nullable() }),
  },
  /** Goes on with a turn that was interrupted or failed: the agent loads its own session and is asked to continue. */
  'agent.resume': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ agentId: AgentId }),
    result: z.strictObject({ seq: z.int().min(1) }),
  },
  /** The whole text of a message that waits. `not_found` once it is no longer in the queue, also below. */
  'queue.read': {
    kind: 'query',
    role: 'full',
    params: z.strictObject(queued),
    result: z.strictObject({ text: prompt }),
  },
  'queue.edit': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ ...queued, text: prompt.min(1) }),
    result: nothing,
  },
  'queue.remove': { kind: 'command', role: 'full', params: z.strictObject(queued), result: nothing },
  /** Sends what waits in a paused queue. */
  'queue.resume': { kind: 'command', role: 'full', params: z.strictObject({ agentId: AgentId }), result: nothing },
  'agent.set-option': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({
      agentId: AgentId,
      optionId: z.string().max(256),
      value: z.union([z.string().max(512), z.boolean()]),
    }),
    result: nothing,
  },
  'agent.cancel': { kind: 'command', role: 'full', params: z.strictObject({ agentId: AgentId }), result: nothing },
  /**
   * Ends the program of an agent that does not work, since some keep their session for themselves: another program can go on with
   * it then. The next message starts it again. `busy` while it works.
   */
  'agent.release': { kind: 'command', role: 'full', params: z.strictObject({ agentId: AgentId }), result: nothing },
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
  /** As `permission.answer`. `values` goes with `accept`. */
  'question.answer': {
    kind: 'command',
    role: 'approve',
    params: z.strictObject({
      agentId: AgentId,
      questionId: z.string().max(64),
      action: QuestionAction,
      values: QuestionValues.nullable(),
    }),
    result: nothing,
  },
  /**
   * One part of a file for a prompt, in order; the last part's answer names it. Asking again with the same `uploadId` and
   * `offset` changes nothing. What no prompt uses is forgotten after a day.
   */
  'attachment.upload': {
    kind: 'query',
    role: 'full',
    params: z.strictObject({
      uploadId: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
      name: z.string().min(1).max(255),
      mimeType: z.string().max(128),
      size: z.int().min(0).max(MAX_ATTACHMENT_BYTES),
      offset: z.int().min(0),
      data: base64Part,
    }),
    /** Bytes the daemon has now; the attachment when that is all of them. */
    result: z.strictObject({ received: z.int().min(0), attachment: Attachment.nullable() }),
  },
  /** Bytes of an attachment from `offset` on; empty at its end. */
  'attachment.read': {
    kind: 'query',
    role: 'view',
    params: z.strictObject({ agentId: AgentId, attachmentId: AttachmentId, offset: z.int().min(0) }),
    result: z.strictObject({ data: base64Part }),
  },
  /** Files and folders of a working folder whose path matches what was typed, best first; ignored ones are left out. */
  'files.complete': {
    kind: 'query',
    role: 'full',
    params: z.strictObject({ cwd: folder, query: z.string().max(512) }),
    result: z.strictObject({ files: z.array(FileMatch).max(MAX_FILE_MATCHES) }),
  },
  /** Sessions that the provider's own program has on disk, newest first; `cwd` null: of every folder. */
  'sessions.list': {
    kind: 'query',
    role: 'full',
    params: z.strictObject({
      provider: z.string().max(64),
      cwd: folder.nullable(),
      cursor: z.string().max(4096).nullable(),
    }),
    result: z.strictObject({
      sessions: z.array(ExternalSession).max(MAX_EXTERNAL_SESSIONS),
      /** For the next page; null at the end. */
      cursor: z.string().max(4096).nullable(),
    }),
  },
  /** Makes an agent of such a session; its history becomes the beginning of the timeline. */
  'agent.import': {
    kind: 'command',
    role: 'full',
    params: z.strictObject({ provider: z.string().max(64), cwd: folder, sessionId: z.string().min(1).max(4096) }),
    result: z.strictObject({ agentId: AgentId }),
  },
  'providers.list': {
    kind: 'query',
    role: 'view',
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
  /** `keep`: working agents go on without the daemon; null: as configured. */
  'daemon.stop': {
    kind: 'command',
    role: 'owner',
    params: z.strictObject({ agents: z.enum(['keep', 'stop']).nullable() }),
    result: nothing,
  },
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
