import { z } from 'zod';
import { AgentId, LogId, Timestamp } from '../ids.ts';
import { PermissionOption } from './timeline.ts';

/**
 * ready: no turn yet; working: a turn runs; needs-you: a permission request or a question waits; finished: the last turn ended;
 * failed: the agent or its model reported an error; interrupted: the last turn was cut; stopped: the person stopped it.
 */
export const AgentState = z.enum([
  'starting',
  'ready',
  'working',
  'needs-you',
  'finished',
  'failed',
  'interrupted',
  'stopped',
]);
export type AgentState = z.infer<typeof AgentState>;

/** An open permission request as lists show it; the whole of it is the timeline entry with the same `requestId`. */
export const PendingPermission = z.strictObject({
  requestId: z.string().max(64),
  seq: z.int().min(1),
  title: z.string().max(1024),
  toolKind: z.string().max(64),
  options: z.array(PermissionOption).max(16),
});
export type PendingPermission = z.infer<typeof PendingPermission>;

/** An open question as lists show it; the whole of it is the timeline entry with the same `questionId`. */
export const PendingQuestion = z.strictObject({
  questionId: z.string().max(64),
  seq: z.int().min(1),
  message: z.string().max(1024),
});
export type PendingQuestion = z.infer<typeof PendingQuestion>;

export const AgentSummary = z.strictObject({
  id: AgentId,
  provider: z.string().max(64),
  providerLabel: z.string().max(128),
  title: z.string().max(256),
  cwd: z.string().max(4096),
  state: AgentState,
  /** Why it failed or was interrupted, with the fix; null otherwise. */
  error: z.string().max(2048).nullable(),
  pending: z.array(PendingPermission).max(32),
  questions: z.array(PendingQuestion).max(32),
  /** Messages that wait for the running turn. */
  queued: z.int().min(0),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  archived: z.boolean(),
  logId: LogId,
  lastSeq: z.int().min(0),
});
export type AgentSummary = z.infer<typeof AgentSummary>;

export const ProviderSummary = z.strictObject({
  id: z.string().max(64),
  label: z.string().max(128),
  state: z.enum(['ready', 'not-installed', 'not-logged-in', 'too-old', 'disabled', 'broken']),
  version: z.string().max(64).nullable(),
  path: z.string().max(4096).nullable(),
  /** What to do when the state is not `ready`. */
  fix: z.string().max(1024).nullable(),
  /** The exact command that mends it, to be copied into a terminal; null when no single one does. */
  command: z.string().max(1024).nullable(),
  /** Its sessions from elsewhere can be listed and imported. */
  listsSessions: z.boolean(),
});
export type ProviderSummary = z.infer<typeof ProviderSummary>;

export const FolderListing = z.strictObject({
  path: z.string().max(4096),
  parent: z.string().max(4096).nullable(),
  folders: z.array(z.strictObject({ name: z.string().max(255), path: z.string().max(4096) })).max(1000),
  /** Working folders of known agents, newest first. */
  recent: z.array(z.string().max(4096)).max(20),
});
export type FolderListing = z.infer<typeof FolderListing>;

/** A session that the agent's own terminal program has on disk. */
export const ExternalSession = z.strictObject({
  sessionId: z.string().min(1).max(4096),
  title: z.string().max(256),
  cwd: z.string().max(4096),
  updatedAt: Timestamp.nullable(),
  /** The agent of ours that already has it. */
  agentId: AgentId.nullable(),
});
export type ExternalSession = z.infer<typeof ExternalSession>;

/** A file or folder below a working folder, for completing a mention. */
export const FileMatch = z.strictObject({
  /** Relative to the folder, with `/`. */
  path: z.string().max(4096),
  kind: z.enum(['file', 'folder']),
});
export type FileMatch = z.infer<typeof FileMatch>;
