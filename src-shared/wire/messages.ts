import { z } from 'zod';
import { ClientHello, Device, Role } from '../devices.ts';
import { AgentId, ClientInstance, DeviceId, DisplayName, LogId } from '../ids.ts';
import { DeviceRoutes } from '../routes.ts';
import { AgentSummary } from './agent.ts';
import { AgentDetail } from './detail.ts';
import { DaemonStatus, PairingState } from './status.ts';
import { Growth, TimelineEntry } from './timeline.ts';

/** A command's name for ever: the instance that made it and its counter, which only rises (a command given up leaves a gap). */
export const CommandId = z.strictObject({ instance: ClientInstance, n: z.int().min(1) });
export type CommandId = z.infer<typeof CommandId>;

/** What a client sends. `params` is parsed a second time against the method's own schema (`requests`). */
export const ClientMessage = z.discriminatedUnion('t', [
  /** First message on a local connection (Unix socket, message port); Noise carries it in handshake message 3. */
  z.strictObject({ t: z.literal('hello'), hello: ClientHello }),
  z.strictObject({ t: z.literal('query'), id: z.int().min(1), method: z.string().max(64), params: z.unknown() }),
  z.strictObject({ t: z.literal('command'), id: CommandId, method: z.string().max(64), params: z.unknown() }),
  z.strictObject({ t: z.literal('paired-ack') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** Stable codes of refused requests; each is explained in docs/protocol.md. */
export const RequestErrorCode = z.enum([
  'bad_request',
  'unknown_method',
  'forbidden',
  'not_found',
  'busy',
  'already_answered',
  'provider_unavailable',
  'agent_failed',
  'unsupported',
  'bad_folder',
  'log_changed',
  'too_many',
  'interrupted',
  'result_expired',
  'out_of_order',
  'not_saved',
  'no_route',
  'too_large',
  'internal',
]);
export type RequestErrorCode = z.infer<typeof RequestErrorCode>;

export const RequestFailure = z.strictObject({ code: RequestErrorCode, message: z.string().max(4096) });
export type RequestFailure = z.infer<typeof RequestFailure>;

/** The daemon's first message on every connection. */
export const Welcome = z.strictObject({
  t: z.literal('welcome'),
  protocol: z.literal(1),
  daemonName: DisplayName,
  daemonVersion: z.string(),
  /** `owner` on local connections. */
  role: z.union([Role, z.literal('owner')]),
  deviceId: DeviceId.nullable(),
  /** null on local connections. */
  routes: DeviceRoutes.nullable(),
  /** Highest counter of this client instance that the daemon has recorded, 0 for none. */
  lastCommand: z.int().min(0),
});
export type Welcome = z.infer<typeof Welcome>;

export const DaemonEvent = z.discriminatedUnion('topic', [
  /** All agents, archived ones left out; then one `agent` event per change (an archived agent is sent once as such). */
  z.strictObject({ topic: z.literal('agents'), agents: z.array(AgentSummary) }),
  z.strictObject({ topic: z.literal('agent'), agent: AgentSummary }),
  /**
   * Apply `grow`, then append `entries`. `reset`: forget this agent's entries first; what is older than the first entry
   * is had by `agent.page`.
   */
  z.strictObject({
    topic: z.literal('timeline'),
    agentId: AgentId,
    logId: LogId,
    reset: z.boolean(),
    grow: Growth.nullable(),
    entries: z.array(TimelineEntry),
  }),
  /** The whole detail of an agent that this connection follows, once and after every change. */
  z.strictObject({ topic: z.literal('detail'), agentId: AgentId, detail: AgentDetail }),
  z.strictObject({ topic: z.literal('devices'), devices: z.array(Device) }),
  z.strictObject({ topic: z.literal('daemon'), status: DaemonStatus }),
  z.strictObject({ topic: z.literal('pairing'), pairing: PairingState }),
  z.strictObject({ topic: z.literal('routes'), routes: DeviceRoutes }),
]);
export type DaemonEvent = z.infer<typeof DaemonEvent>;

export const DaemonMessage = z.discriminatedUnion('t', [
  Welcome,
  z.strictObject({ t: z.literal('result'), id: z.union([z.int().min(1), CommandId]), result: z.unknown() }),
  z.strictObject({ t: z.literal('error'), id: z.union([z.int().min(1), CommandId]), error: RequestFailure }),
  z.strictObject({ t: z.literal('event'), event: DaemonEvent }),
]);
export type DaemonMessage = z.infer<typeof DaemonMessage>;
