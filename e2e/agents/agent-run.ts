import type { AgentFollower } from '../../src-shared/client/agent-follower.ts';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { markedProcesses } from '../../src-main/platform/process-census.ts';
import type { AgentSummary, PendingPermission } from '../../src-shared/wire/agent.ts';
import type { EntryBody, PermissionOption } from '../../src-shared/wire/timeline.ts';
import { nothingElse } from '../support/test-client.ts';
import { until } from '../support/until.ts';

const BUSY = new Set<AgentSummary['state']>(['starting', 'working', 'needs-you']);

type BodyOf<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

/** One agent as a client sees and steers it. */
export class AgentRun {
  readonly id: string;
  readonly follower: AgentFollower;
  readonly #client: DaemonClient;

  constructor(client: DaemonClient, id: string) {
    this.#client = client;
    this.id = id;
    this.follower = client.follow(id);
  }

  /** The summary as soon as it `holds`. */
  async until(holds: (agent: AgentSummary) => boolean): Promise<AgentSummary> {
    const mine = (agents: readonly AgentSummary[] | null) => agents?.find(({ id }) => id === this.id);
    const agents = await until(this.#client.agents, (list) => {
      const agent = mine(list);
      return agent !== undefined && holds(agent);
    });
    return mine(agents)!;
  }

  /** The end of turn number `turn` (from 1), with the summary after it. */
  async turnEnd(turn: number): Promise<BodyOf<'turn-end'> & { readonly state: AgentSummary['state'] }> {
    const ends = () => this.all('turn-end');
    await until(this.follower.view, () => ends().length >= turn);
    // With messages waiting the next turn begins at once.
    const { state } = await this.until((agent) => !BUSY.has(agent.state) || ends().length < this.all('user').length);
    return { ...ends()[turn - 1]!, state };
  }

  /** The permission request that waits, once there is one. Throws when the turn ends without. */
  async permission(): Promise<PendingPermission> {
    const agent = await this.until(({ state, pending }) => pending.length > 0 || !BUSY.has(state));
    const [request] = agent.pending;
    if (request === undefined)
      throw new Error(`nothing was asked: ${agent.state} ${agent.error ?? ''}\n${this.story()}`);
    return request;
  }

  async answer({ requestId, options }: PendingPermission, kind: PermissionOption['kind']): Promise<void> {
    const option = options.find((each) => each.kind === kind);
    if (option === undefined) throw new Error(`there is no ${kind} among ${JSON.stringify(options)}`);
    const answer = { agentId: this.id, requestId, optionId: option.optionId };
    await this.#client.command('permission.answer', answer);
  }

  say(text: string): Promise<{ seq: number | null; queuedId: string | null }> {
    return this.#client.command('agent.prompt', { agentId: this.id, text, ...nothingElse });
  }

  async cancel(): Promise<void> {
    await this.#client.command('agent.cancel', { agentId: this.id });
  }

  async resume(): Promise<void> {
    await this.#client.command('agent.resume', { agentId: this.id });
  }

  /** Resolves when the timeline holds a message with that text. */
  async said(text: string): Promise<void> {
    await until(this.follower.view, () => this.all('message').some((message) => message.text.includes(text)));
  }

  bodies(): EntryBody[] {
    return this.follower.view.get().entries.map(({ body }) => body);
  }

  all<K extends EntryBody['kind']>(kind: K): BodyOf<K>[] {
    return this.bodies().filter((body): body is BodyOf<K> => body.kind === kind);
  }

  /** The tool call as all of its entries together state it. */
  tool(toolCallId: string): Partial<BodyOf<'tool'>> {
    const own = this.bodies().filter((body) => 'toolCallId' in body && body.toolCallId === toolCallId);
    return Object.assign({}, ...own) as Partial<BodyOf<'tool'>>;
  }

  /** Who said what, one line each: for comparing, and for a failure's message. */
  story(): string {
    return this.bodies()
      .flatMap((body) => {
        switch (body.kind) {
          case 'user':
          case 'message':
            return `${body.kind}: ${body.text.trim()}`;
          case 'notice':
            return `${body.level}: ${body.text}`;
          case 'permission':
            return `permission: ${body.toolKind}`;
          case 'permission-answer':
            return `answer: ${body.option?.kind ?? 'nobody'}`;
          case 'turn-end':
            return `end: ${body.reason}${body.error === null ? '' : ` (${body.error})`}`;
          default:
            return [];
        }
      })
      .join('\n');
  }

  /** Commands of the agent's processes whose command line contains `text`. */
  async processes(text: string): Promise<string[]> {
    return (await markedProcesses(this.id)).map(({ command }) => command).filter((command) => command.includes(text));
  }
}
