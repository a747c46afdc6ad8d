import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelServer } from '../model-server/model-server.ts';
import type { ToolReply } from '../model-server/reply.ts';
import { PINNED } from './programs.ts';
import type { ProgramName } from './programs.ts';

/** What the tests must know of one of the real programs. */
export interface AgentProgram {
  readonly name: ProgramName;
  readonly version: string;
  /**
   * Makes `home` a home of the program that uses the scripted model and asks before it does anything in the folder `project`.
   * Returns what `agents.providers.<name>.env` must hold for that.
   */
  prepare(home: string, model: ModelServer, project: string): Promise<Record<string, string>>;
  /** Makes it a home that nobody has logged in from. */
  prepareStranger(home: string): Promise<Record<string, string>>;
  /** A call of the tool that writes a file of the folder `cwd`. Asked about. */
  write(cwd: string, name: string, content: string): ToolReply;
  /** A call of the tool that runs a shell command. Asked about. */
  run(command: string): ToolReply;
  /** The same in the program's own sandbox, unasked, where it has one. */
  readonly runSandboxed: ((command: string) => ToolReply) | null;
  /** HTTP errors of the model after which it tries again on its own for a long time. */
  readonly triesAgain: readonly number[];
  /** How the turn ends after a rejection, and whether the model hears of it. */
  readonly rejected: { readonly reason: 'end_turn' | 'cancelled'; readonly told: RegExp | null };
  /** What "always" for an edit covers: edits of that file, or all. */
  readonly always: 'file' | 'tool';
  /** An option whose value the test changes, and one with which the program's model may ask, where it takes one. */
  readonly mode: ChosenOption;
  readonly asking: ChosenOption | null;
  /** A call of the tool that asks which colour, red or blue; null where there is none. */
  readonly question: ToolReply | null;
  /** Whether it tells how full the context is. */
  readonly usage: boolean;
  /** Arguments before a prompt that make the program itself answer it in a terminal. */
  readonly terminalArgs: readonly string[];
  /** The same when it goes on with a session; null where it takes no prompt then. */
  readonly resumedArgs: readonly string[] | null;
  /** Nobody else may go on with a session while a program of it runs. */
  readonly holdsSession: boolean;
  /** Ends what its terminal leaves running in the background and what would hold on to the session. */
  readonly quitArgs: readonly string[] | null;
  /** The command that logs in. */
  readonly login: string;
}

interface ChosenOption {
  readonly option: string;
  readonly value: string;
}

const COLOURS = {
  question: 'Which colour?',
  header: 'Colour',
  options: [
    { label: 'Red', description: 'As fire' },
    { label: 'Blue', description: 'As the sea' },
  ],
};

/** Nothing but the model server shall be asked for anything. */
const CLAUDE_OFFLINE = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
};

const claude: AgentProgram = {
  name: 'claude',
  version: PINNED.claude,
  prepare: (_home, model) =>
    Promise.resolve({ ...CLAUDE_OFFLINE, ANTHROPIC_BASE_URL: model.origin, ANTHROPIC_API_KEY: 'test-key' }),
  prepareStranger: () => Promise.resolve(CLAUDE_OFFLINE),
  write: (cwd, name, content) => ({ tool: 'Write', input: { file_path: join(cwd, name), content } }),
  run: (command) => ({ tool: 'Bash', input: { command, description: 'As asked' } }),
  runSandboxed: null,
  triesAgain: [401, 429, 500],
  rejected: { reason: 'end_turn', told: /refused permission/ },
  always: 'tool',
  mode: { option: 'mode', value: 'acceptEdits' },
  asking: null,
  question: { tool: 'AskUserQuestion', input: { questions: [{ ...COLOURS, multiSelect: false }] } },
  usage: true,
  terminalArgs: ['--print'],
  resumedArgs: ['--print'],
  holdsSession: false,
  quitArgs: null,
  login: 'claude auth login',
};

const codex: AgentProgram = {
  name: 'codex',
  version: PINNED.codex,
  async prepare(home, model, project) {
    await mkdir(join(home, '.codex'), { recursive: true });
    await writeFile(join(home, '.codex', 'config.toml'), codexConfig(model.baseUrl, project));
    return {};
  },
  prepareStranger: () => Promise.resolve({}),
  write: (_cwd, name, content) => ({
    tool: 'apply_patch',
    input: `*** Begin Patch\n*** Add File: ${name}\n${content.replace(/^(.*)\n/gm, '+$1\n')}*** End Patch`,
  }),
  run: (cmd) => ({
    tool: 'exec_command',
    input: { cmd, sandbox_permissions: 'require_escalated', justification: 'As asked' },
  }),
  runSandboxed: (cmd) => ({ tool: 'exec_command', input: { cmd } }),
  triesAgain: [],
  rejected: { reason: 'cancelled', told: null },
  always: 'file',
  mode: { option: 'mode', value: 'workspace-write' },
  asking: { option: 'collaboration_mode', value: 'plan' },
  question: { tool: 'request_user_input', input: { questions: [{ ...COLOURS, id: 'colour' }] } },
  usage: true,
  // What `codex exec` does is in no list of sessions.
  terminalArgs: [],
  resumedArgs: [],
  holdsSession: true,
  quitArgs: ['app-server', 'daemon', 'stop'],
  login: 'codex login',
};

/** Plugins and apps would be looked for on the network; the last two parts answer what its terminal would ask first. */
function codexConfig(baseUrl: string, project: string): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
approval_policy = "on-request"

[model_providers.scripted]
name = "Scripted"
base_url = "${baseUrl}"
wire_api = "responses"
supports_websockets = false
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false

[features]
plugins = false
apps = false

[projects."${project}"]
trust_level = "trusted"

[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
`;
}

const OPENCODE_OFFLINE = Object.fromEntries(
  ['AUTOUPDATE', 'MODELS_FETCH', 'LSP_DOWNLOAD', 'DEFAULT_PLUGINS', 'SHARE'].map((what) => [
    `OPENCODE_DISABLE_${what}`,
    '1',
  ]),
);

export const openCode: AgentProgram = {
  name: 'opencode',
  version: PINNED.opencode,
  async prepare(home, model) {
    const provider = {
      npm: '@ai-sdk/openai-compatible',
      name: 'Scripted',
      options: { baseURL: model.baseUrl, apiKey: 'test-key' },
      models: { 'test-model': { name: 'Test model' } },
    };
    await openCodeConfig(home, {
      provider: { scripted: provider },
      enabled_providers: ['scripted'],
      permission: { edit: 'ask', bash: 'ask' },
    });
    return OPENCODE_OFFLINE;
  },
  async prepareStranger(home) {
    await openCodeConfig(home, {});
    return OPENCODE_OFFLINE;
  },
  write: (cwd, name, content) => ({ tool: 'write', input: { filePath: join(cwd, name), content } }),
  run: (command) => ({ tool: 'bash', input: { command, description: 'As asked' } }),
  runSandboxed: null,
  triesAgain: [429, 500],
  rejected: { reason: 'end_turn', told: null },
  always: 'tool',
  mode: { option: 'mode', value: 'plan' },
  asking: null,
  question: null,
  usage: false,
  terminalArgs: ['run'],
  resumedArgs: null,
  holdsSession: false,
  quitArgs: null,
  login: 'opencode auth login',
};

async function openCodeConfig(home: string, config: object): Promise<void> {
  const folder = join(home, '.config', 'opencode');
  await mkdir(folder, { recursive: true });
  const quiet = { autoupdate: false, share: 'disabled' };
  await writeFile(join(folder, 'opencode.json'), JSON.stringify({ ...config, ...quiet }, null, 2));
}

export const AGENT_PROGRAMS: readonly AgentProgram[] = [claude, codex, openCode];
