import { join } from 'node:path';
import type { Clock } from '../../../src-shared/clock.ts';
import { removeTemporaries } from '../../platform/atomic-file.ts';
import type { HostPosition } from '../timeline/host-position.ts';
import { TimelineLog } from '../timeline/timeline-log.ts';
import type { Agent } from './agent.ts';
import { AgentFolder } from './agent-folder.ts';
import type { AgentRecord } from './agent-folder.ts';
import type { RuntimeServices } from './agent-runtime.ts';
import { AgentAttachments } from './prompts/attachment-store.ts';
import { forgetHost, hostOf } from './hosted/host-leftover.ts';
import type { UploadStore } from './prompts/upload-store.ts';

export interface AgentServices extends RuntimeServices {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly uploads: UploadStore;
  /** The summary changed. `urgent` is false when only the length of the timeline did. */
  readonly onChange: (agent: Agent, urgent: boolean) => void;
}

/** What an agent has on disk, opened. */
export interface AgentParts {
  readonly folder: AgentFolder;
  readonly record: AgentRecord;
  readonly timeline: TimelineLog;
  readonly attachments: AgentAttachments;
  /** What the timeline asks and tells about the program that feeds it. */
  readonly hooks: TimelineHooks;
}

interface TimelineHooks {
  settle: () => HostPosition | null;
  onDurable: (position: HostPosition) => void;
}

type Services = Pick<AgentServices, 'clock' | 'date' | 'logger'>;
type Told = Pick<AgentRecord, 'id' | 'provider' | 'providerLabel' | 'cwd' | 'title'>;

/** Makes the files of a new agent, all but its record: it is one when that is published. */
export async function newAgent(parent: string, told: Told, services: Services): Promise<AgentParts> {
  const at = services.date().toISOString();
  const folder = await AgentFolder.create(parent, told.id);
  const hooks = newHooks();
  const timeline = await TimelineLog.create(folder.timelinePath, logOptions(folder, hooks, services));
  const attachments = await AgentAttachments.open(join(folder.path, 'attachments'), services.logger);
  const record: AgentRecord = {
    ...{ format: 'paseo-agent', version: 1, ...told, archived: false, createdAt: at, updatedAt: at },
    ...{ acpSessionId: null, state: 'ready', error: null, host: null, sent: null, needsLogin: false },
  };
  return { folder, record, timeline, attachments, hooks };
}

/**
 * Opens the files of a known agent. Its record names a host only if that host's output belongs to the timeline: what came behind the
 * newest mark of it is cut then, and told again.
 */
export async function storedAgent(folder: AgentFolder, stored: AgentRecord, services: Services): Promise<AgentParts> {
  await removeTemporaries(folder.path);
  const hostId = await hostOf(folder.path);
  const host = hostId !== null && stored.host?.hostId === hostId ? stored.host : null;
  // One that was still starting its session when its daemon ended.
  if (hostId !== null && host === null) await forgetHost(folder.path, services.clock);
  const hooks = newHooks();
  const options = { ...logOptions(folder, hooks, services), attachedTo: host?.hostId ?? null };
  const timeline = await TimelineLog.open(folder.timelinePath, options);
  const attachments = await AgentAttachments.open(join(folder.path, 'attachments'), services.logger);
  return { folder, record: { ...stored, host }, timeline, attachments, hooks };
}

function newHooks(): TimelineHooks {
  return { settle: () => null, onDurable: () => {} };
}

function logOptions(folder: AgentFolder, hooks: TimelineHooks, { clock, date, logger }: Services) {
  return {
    clock,
    date,
    settle: () => hooks.settle(),
    onDurable: (position: HostPosition) => hooks.onDurable(position),
    onWriteError: (error: Error) => logger.error({ agent: folder.id, err: error }, 'a timeline could not be written'),
  };
}
