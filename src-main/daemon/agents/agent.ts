import type { AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { HostPosition } from '../timeline/host-position.ts';
import { AgentDetailView } from './agent-detail-view.ts';
import { AgentError, notSaved } from './agent-error.ts';
import { AgentFailure, isLogin } from './acp/agent-failure.ts';
import type { AgentFolder } from './agent-folder.ts';
import { AgentInbox } from './agent-inbox.ts';
import type { AgentParts, AgentServices } from './agent-parts.ts';
import { recoverAgent } from './agent-recovery.ts';
import { AgentRequests } from './agent-requests.ts';
import { AgentRuntime } from './agent-runtime.ts';
import { agentSummary } from './agent-summary.ts';
import { folderTitle, titleOf } from './agent-title.ts';
import { firstMessage } from './open-turn.ts';
import { PromptQueue } from './prompts/prompt-queue.ts';
import { RecordKeeper } from './recording/record-keeper.ts';
import { chooseOption } from './session-choice.ts';
import { SessionFile } from './acp/session-file.ts';
import { SessionState } from './acp/session-state.ts';
import { timelineBrake } from './recording/timeline-brake.ts';
import { TurnRunner } from './turn-runner.ts';
import type { TurnEnd } from './turn-runner.ts';
import { UpdateRecorder } from './recording/update-recorder.ts';

/** One agent: its record, its timeline, its queue, and its program while it runs. */
export class Agent {
  readonly folder: AgentFolder;
  readonly record: RecordKeeper;
  readonly timeline: AgentParts['timeline'];
  readonly attachments: AgentParts['attachments'];
  readonly detail: AgentDetailView;
  readonly inbox: AgentInbox;
  readonly queue: PromptQueue;
  readonly requests: AgentRequests;
  readonly #services: AgentServices;
  readonly #state: SessionState;
  readonly #sessionFile: SessionFile;
  readonly #recorder: UpdateRecorder;
  readonly #runtime: AgentRuntime;
  readonly #turns: TurnRunner;
  readonly #stopListening: () => void;
  #importing = false;
  #recovering = false;
  #warming = false;
  #stopping: Promise<void> | null = null;

  constructor({ folder, record, timeline, attachments, hooks }: AgentParts, services: AgentServices) {
    const { clock, date, logger, uploads } = services;
    this.folder = folder;
    this.record = new RecordKeeper(folder, record, logger, () => this.#changed());
    this.#services = services;
    this.timeline = timeline;
    this.attachments = attachments;
    this.#state = new SessionState(() => {
      this.#sessionFile.changed();
      this.detail.changed();
    });
    this.#sessionFile = new SessionFile(folder, this.#state, clock, logger);
    const state = this.#state;
    const onTitle = (title: string): void => this.record.update({ title: titleOf(title) });
    const recorder = new UpdateRecorder({ timeline, state, attachments, clock, onTitle });
    this.#recorder = recorder;
    this.requests = new AgentRequests(timeline, recorder, () => this.#changed());
    this.queue = new PromptQueue(folder, () => this.#changed());
    const entry = () => services.entry(record.provider);
    this.detail = new AgentDetailView({ record: () => this.record.now, state, queue: this.queue, entry, clock });
    this.#runtime = this.#newRuntime();
    this.#turns = new TurnRunner({
      ...{ timeline, recorder, requests: this.requests, runtime: this.#runtime, clock, logger },
      onGiven: (requestId) => this.record.update({ sent: requestId }),
      onNotGiven: () => this.record.update({ sent: null }),
      onEnd: (end) => this.#turnEnded(end),
    });
    this.inbox = new AgentInbox({
      ...{ cwd: record.cwd, timeline, attachments, uploads, state, date, logger },
      ...{ queue: this.queue, turns: this.#turns },
      closed: () => this.#closed(),
      recovering: () => this.#recovering,
      onBegin: (message) => this.#began(message.text || message.attachments[0]?.name || ''),
    });
    hooks.settle = () => {
      recorder.settle();
      return this.#runtime.position;
    };
    hooks.onDurable = (position) => this.#runtime.durable(position);
    this.#stopListening = timeline.onChange(() => services.onChange(this, false));
  }

  get id(): string {
    return this.record.now.id;
  }

  /** The agent's own name of the conversation; null while there is none. */
  get acpSessionId(): string | null {
    return this.record.now.acpSessionId;
  }

  /** When its program was last of use, or null when it does not run or must not be ended now. */
  get idleSince(): number | null {
    return this.#turns.busy || this.requests.waiting ? null : this.#runtime.idleSince;
  }

  get running(): boolean {
    return this.#runtime.running;
  }

  summary(): AgentSummary {
    const { timeline, requests, queue } = this;
    const program = { runtime: this.#runtime, turns: this.#turns, warming: this.#warming };
    return agentSummary({ record: this.record.now, timeline, requests, queue, ...program });
  }

  /** Starts the program ahead of the first prompt. */
  async warmUp(): Promise<void> {
    this.#warming = true;
    this.#changed();
    try {
      await this.#runtime.ensure();
    } catch (error) {
      // A turn that began meanwhile tells of it; and somebody may have archived or stopped it.
      const wanted = !(error instanceof AgentFailure && error.code === 'not_running');
      if (this.#turns.busy || this.#stopping !== null || !wanted) return;
      const text = this.#runtime.explain(error);
      this.timeline.append({ kind: 'notice', level: 'error', text });
      this.record.update({ state: 'failed', error: text, needsLogin: isLogin(error) });
    } finally {
      this.#warming = false;
      this.#changed();
    }
  }

  /** Tells the whole of a session of the agent's own program, before it is published. Throws {@link AgentError}. */
  async import(sessionId: string): Promise<void> {
    this.#importing = true;
    this.record.update({ acpSessionId: sessionId });
    await this.#runtime.import(sessionId).finally(() => (this.#importing = false));
    const first = await firstMessage(this.timeline);
    if (first !== null && this.#untold) this.record.update({ title: titleOf(first.text) });
    if (this.timeline.lastSeq > 0) this.record.update({ state: 'finished' });
  }

  /** As `AgentService.resume`. */
  async resume(by: Actor): Promise<{ seq: number }> {
    return this.inbox.resume(by, () => this.record.now);
  }

  /** As `AgentService.setOption`. */
  async setOption(optionId: string, value: string | boolean, by: Actor): Promise<void> {
    const refusal = this.#closed();
    if (refusal !== null) throw refusal;
    const session = { runtime: this.#runtime, state: this.#state, timeline: this.timeline, file: this.#sessionFile };
    await chooseOption(session, { optionId, value, by });
  }

  async cancel(): Promise<void> {
    await this.#turns.cancel();
  }

  async archive(archived: boolean): Promise<void> {
    const before = this.record.now.archived;
    // First of all: a prompt that comes meanwhile would run where nobody looks.
    const saved = this.record.save({ archived });
    if (archived) {
      await Promise.allSettled([saved, this.#turns.cancel()]);
      await this.#runtime.stop();
    }
    await saved.catch((cause: unknown) => {
      this.record.update({ archived: before });
      throw notSaved('The archive could not be saved', cause);
    });
    this.inbox.goOn();
  }

  /** As {@link sleep}, for a person. */
  async release(): Promise<void> {
    if (this.#turns.busy) throw new AgentError('busy', 'The agent is working. Stop it first, or wait for it.');
    await this.sleep();
  }

  /** Ends the program; the next prompt starts it again. */
  async sleep(): Promise<void> {
    await this.#runtime.stop();
  }

  /** Called once after loading: attaches to its program, or closes what an earlier daemon left open. */
  async recover(): Promise<void> {
    this.#recovering = true;
    this.#state.restore(await this.folder.read('session.json'));
    await this.queue.restore(await this.folder.read('queue.json'), this.timeline);
    const attached = await recoverAgent({
      ...{ folder: this.folder, record: this.record.now, timeline: this.timeline, recorder: this.#recorder },
      ...{ requests: this.requests, runtime: this.#runtime, turns: this.#turns },
      ...{ clock: this.#services.clock, logger: this.#services.logger },
      onRecord: (change) => this.record.update(change),
    });
    if (attached) return;
    this.#recovering = false;
    if (this.record.now.host !== null) this.record.update({ host: null });
    this.inbox.goOn();
  }

  /** Ends the program and its turn, or leaves it at work (`keep`), and closes the files. Idempotent. */
  stop(agents: 'keep' | 'stop'): Promise<void> {
    this.#stopping ??= this.#stop(agents);
    return this.#stopping;
  }

  async #stop(agents: 'keep' | 'stop'): Promise<void> {
    const left = agents === 'keep' && this.#turns.canBeLeft && (await this.#runtime.detach());
    if (!left) {
      const interrupted = this.#turns.interrupt();
      this.requests.cancelAll();
      await this.#runtime.stop();
      await interrupted;
    }
    this.#recorder.settle();
    this.#stopListening();
    const files = [this.timeline.close(), this.#sessionFile.close(), this.record.save()];
    for (const closed of await Promise.allSettled(files)) {
      if (closed.status === 'fulfilled') continue;
      this.#services.logger.error(
        { agent: this.id, err: closed.reason as unknown },
        'an agent could not be closed in order',
      );
    }
  }

  #newRuntime(): AgentRuntime {
    const { timeline, requests } = this;
    const recorder = this.#recorder;
    const session = { state: this.#state, folder: this.folder.path, id: () => this.record.now.acpSessionId };
    return new AgentRuntime(this.record.now, session, this.#services, {
      onUpdate: (update) => recorder.record(update),
      onRepeated: (update) => (this.#importing ? recorder.replay(update) : recorder.observe(update)),
      onCall: (call, hostId) => requests.handle(call, hostId),
      onNotification: (method, params) => requests.notified(method, params),
      onReady: ({ sessionId, position }) => this.#ready(sessionId, position),
      onMoved: () => timeline.moved(),
      onCaughtUp: () => this.#caughtUp(),
      onGone: () => this.#gone(),
      onNotice: (text) => timeline.append({ kind: 'notice', level: 'warning', text }),
      onChange: () => this.#changed(),
      drained: () => timelineBrake(timeline, this.#services.clock, () => this.#stopping !== null),
    });
  }

  /** The program has its session: from here on a later daemon can attach to it. */
  async #ready(acpSessionId: string, { hostId, line }: HostPosition): Promise<void> {
    if (this.#importing) this.#recorder.endReplay();
    await Promise.all([this.#sessionFile.save(), this.timeline.flush()]);
    await this.record.save({ acpSessionId, host: { hostId, line } });
  }

  async #gone(): Promise<void> {
    await this.timeline.flush();
    this.record.update({ host: null });
  }

  #caughtUp(): void {
    this.#recovering = false;
    this.requests.closeRestored();
    this.#turns.caughtUp();
    this.inbox.goOn();
  }

  #began(text: string): void {
    this.record.update({
      updatedAt: this.#services.date().toISOString(),
      sent: null,
      ...(this.#untold && { title: titleOf(text) }),
    });
  }

  #turnEnded({ state, error, needsLogin }: TurnEnd): void {
    this.record.update({ state, error, needsLogin, updatedAt: this.#services.date().toISOString() });
    if (state === 'finished') return this.inbox.goOn();
    if (this.queue.waiting.length === 0) return;
    this.queue.setPaused(true).catch((failure: unknown) => {
      this.#services.logger.error({ agent: this.id, err: failure }, 'a queue could not be saved');
    });
  }

  #closed(): AgentError | null {
    if (this.#stopping !== null) return new AgentError('interrupted', 'Paseo is stopping. Try again when it runs.');
    if (!this.record.now.archived) return null;
    return new AgentError('bad_request', 'This agent is archived. Take it out of the archive first.');
  }

  /** It has no title but that of its folder. */
  get #untold(): boolean {
    return this.record.now.title === folderTitle(this.record.now.cwd);
  }

  #changed(): void {
    this.#services.onChange(this, true);
    this.detail.changed();
  }
}
