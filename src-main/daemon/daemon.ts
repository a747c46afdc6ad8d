import type { MessageConnection } from '../../src-shared/channel/message-connection.ts';
import type { SettingsPatch, SettingsView } from '../../src-shared/config/schema.ts';
import type { Device } from '../../src-shared/devices.ts';
import type { Watchable } from '../../src-shared/watchable.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { ConfirmPairing, DaemonStatus, OpenOffer, PairingState } from '../../src-shared/wire/status.ts';
import type { Logger } from '../platform/logger.ts';
import type { RuntimePaths } from '../platform/runtime-paths.ts';
import type { ConfigFlags } from './config/flags.ts';
import type { EmbeddedRelay } from './routes/relay-links.ts';

export interface DaemonOptions {
  /** Absolute path of `$PASEO_HOME`. */
  home: string;
  env: NodeJS.ProcessEnv;
  /** Flags of the command line; they win over the environment and the file. */
  flags: ConfigFlags;
  /** What the home's lock names as its owner. */
  kind: 'tray' | 'headless';
  /** Whether a person at this machine must confirm each pairing. */
  attended: boolean;
  /** Folder of the built web client, or null to serve none. */
  webRoot: string | null;
  version: string;
  /** Plain Node, and the programs of ours that it runs. */
  runtime: RuntimePaths;
  /** Also looks for agents where the person's login shell would find them: what a desktop starts has hardly a PATH. */
  loginShell: boolean;
  /** Also writes the log to standard error. */
  logToStderr: boolean;
  /** Makes a relay on loopback; the daemon itself does not know the relay's code. */
  embeddedRelay(port: number, logger: Logger): EmbeddedRelay;
}

/** What becomes of agents that work: they go on without the daemon, or are stopped; null: as the configuration says. */
export type AgentsAtStop = 'keep' | 'stop' | null;

/** The running daemon as the desktop app, the command line and the tests hold it. It knows nothing of Electron. */
export interface Daemon {
  /** Ends connections, listeners, agents and files. Idempotent: the first call says what becomes of agents. */
  stop(stopping?: { readonly agents: AgentsAtStop }): Promise<void>;
  /** Resolves when a client asked the daemon to stop, with what it said of agents; whoever started it then calls {@link stop}. */
  readonly stopRequested: Promise<AgentsAtStop>;
  readonly status: Watchable<DaemonStatus>;
  readonly settings: Watchable<SettingsView>;
  /** Throws `ConfigError` or `ListenError`; what was in force stays. */
  changeSettings(patch: SettingsPatch): Promise<void>;
  readonly devices: Watchable<Device[]>;
  revokeDevice(id: string): Promise<void>;
  readonly pairing: Watchable<PairingState>;
  /** `attended` true: confirmed by a person even if the daemon was started without that rule. */
  createOffer(attended: boolean | null): OpenOffer;
  cancelOffer(offerId: string): void;
  confirmPairing(answer: ConfirmPairing): void;
  readonly agents: Watchable<AgentSummary[]>;
  /** As the owner; `optionId` null cancels the request. Throws `AgentError`. */
  answerPermission(agentId: string, requestId: string, optionId: string | null): Promise<void>;
  /** Serves a connection that the operating system already vouches for; its role is `owner`. */
  acceptLocal(connection: MessageConnection): void;
  retryRelay(): void;
}
