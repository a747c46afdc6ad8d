import type { Clock } from '../../../src-shared/clock.ts';
import { AGENT_CANCEL_GRACE_MS, MAX_UNSAVED_TIMELINE_BYTES } from '../limits.ts';
import type { AgentState, AgentSummary } from '../../../src-shared/wire/agent.ts';
import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { Logger } from '../../platform/logger.ts';
import { cutText } from '../timeline/entry-bounds.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import type { StopReason } from './acp-schema.ts';
import { AgentError, notSaved } from './agent-error.ts';
import { AgentFailure } from './agent-failure.ts';
import type { AgentFolder, AgentRecord } from './agent-folder.ts';
import { AgentRuntime } from './agent-runtime.ts';
import type { RuntimeServices } from './agent-runtime.ts';
import { PermissionDesk } from './permission-desk.ts';
import { folderTitle, titleOf } from './agent-title.ts';
import { timelineTail } from './open-turn.ts';
import { UpdateRecorder } from './update-recorder.ts';

export interface AgentServices extends RuntimeServices {
  readonly clock: Clock;
  readonly date: () => Date;
  readonly logger: Logger;
  /** The summary changed. `urgent` is false when only the length of the timeline did. */
  readonly onChange: (agent: Agent, urgent: boolean) => void;
}

interface Turn {
  /** Why the turn shall end, when somebody said so. */
  ending: 'cancelled' | 'interrupted' | null;
  readonly done: Promise<void>;
  readonly finish: () => void;
}

/** One agent: its record, its timeline, and its program while it runs. At most one turn at a time. */
export class Agent {
  readonly timeline: TimelineLog;
  readonly #folder: AgentFolder;
  readonly #services: AgentServices;
  readonly #desk: PermissionDesk;
  readonly #recorder: UpdateRecorder;
  readonly #runtime: AgentRuntime;
  readonly #stopListening: () => void;
  #record: AgentRecord;
  #turn: Turn | null = null;
  #warming = false;
  #stopping: Promise<void> | null = null;

  constructor(folder: AgentFolder, record: AgentRecord, timeline: TimelineLog, services: AgentServices) {
    this.#folder = folder;
    this.#record = record;
    this.timeline = timeline;
    this.#services = services;
    this.#desk = new PermissionDesk(timeline, () => this.#changed());
    const recorder = new UpdateRecorder(timeline, (title) => this.#update({ title: titleOf(title) }), services.clock);
    this.#recorder = recorder;
    this.#runtime = new AgentRuntime(record, services, {
      onUpdate: (update) => recorder.record(update),
      onPermission: (request, signal) => {
        recorder.settle();
        return this.#desk.ask(request, recorder.known(request.toolCall), signal);
      },
      onChange: () => this.#changed(),
      onNotice: (text) => timeline.append({ kind: 'notice', level: 'warning', text }),
      onRecord: (change) => this.#update(change),
      drained: () => this.#drained(),
    });
    this.#stopListening = timeline.onChange(() => services.onChange(this, false));
  }

  get id(): string {
    return this.#record.id;
  }

  /** When its program was last of use, or null when it does not run or must not be ended now. */
  get idleSince(): number | null {
    return this.#turn === null && this.#desk.pending.length === 0 ? this.#runtime.idleSince : null;
  }

  get running(): boolean {
    return this.#runtime.running;
  }

  summary(): AgentSummary {
    const { id, provider, providerLabel, title, cwd, createdAt, updatedAt, archived } = this.#record;
    const { logId, lastSeq } = this.timeline;
    const state = this.#state();
    const error = state === this.#record.state ? this.#record.error : null;
    const pending = this.#desk.pending;
    const named = { id, provider, providerLabel, title, cwd, state, error, pending };
    return { ...named, createdAt, updatedAt, archived, logId, lastSeq };
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
      if (this.#turn !== null || this.#stopping !== null || !wanted) return;
      const text = this.#explain(error);
      this.timeline.append({ kind: 'notice', level: 'error', text });
      this.#update({ state: 'failed', error: text });
    } finally {
      this.#warming = false;
      this.#changed();
    }
  }

  /** As `AgentService.prompt`. */
  async prompt(text: string, by: Actor): Promise<{ seq: number }> {
    if (this.#stopping !== null) throw new AgentError('interrupted', 'Paseo is stopping. Try again when it runs.');
    if (this.#record.archived)
      throw new AgentError('bad_request', 'This agent is archived. Take it out of the archive first.');
    if (this.#turn !== null) throw new AgentError('busy', 'The agent is working. Wait for it, or stop it first.');
    const turn = newTurn();
    this.#turn = turn;
    try {
      const { seq } = this.timeline.append({ kind: 'user', text, by });
      const untold = this.#record.title === folderTitle(this.#record.cwd);
      this.#update({ updatedAt: this.#now(), ...(untold && { title: titleOf(text) }) });
      await this.timeline.flush();
      void this.#run(turn, text);
      return { seq };
    } catch (error) {
      this.#services.logger.error({ agent: this.id, err: error }, 'a prompt could not be saved');
      this.#end('failed', 'The message could not be saved and was not sent. Free some disk space and send it again.');
      throw new AgentError('not_saved', 'The message could not be saved and was not sent. Free some disk space.', {
        cause: error,
      });
    }
  }

  async cancel(): Promise<void> {
    await this.#endTurn('cancelled');
  }

  async answer(requestId: string, optionId: string | null, by: Actor): Promise<void> {
    await this.#desk.answer(requestId, optionId, by);
  }

  async archive(archived: boolean): Promise<void> {
    const before = this.#record.archived;
    // First of all: a prompt that comes meanwhile would run where nobody looks.
    this.#record = { ...this.#record, archived };
    if (archived) {
      await this.#endTurn('cancelled');
      await this.#runtime.stop();
    }
    try {
      await this.#folder.save(this.#record);
    } catch (cause) {
      this.#record = { ...this.#record, archived: before };
      throw notSaved('The archive could not be saved', cause);
    } finally {
      this.#changed();
    }
  }

  /** Ends the program; the next prompt starts it again. */
  async sleep(): Promise<void> {
    await this.#runtime.stop();
  }

  /** Called once after loading: closes what a daemon that was killed left open. */
  async recover(): Promise<void> {
    await this.#runtime.endOrphan();
    const { open, unanswered, lastAt } = await timelineTail(this.timeline);
    if (lastAt !== null && lastAt > this.#record.updatedAt) this.#record = { ...this.#record, updatedAt: lastAt };
    if (!open && unanswered.length === 0) return;
    this.#desk.closeOld(unanswered);
    if (open) this.#end('interrupted', 'Paseo ended while this turn was running. Send a message to go on.');
    await this.timeline.flush();
  }

  /** Ends the turn as interrupted, the program and the log. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#turn !== null) this.#turn.ending ??= 'interrupted';
    this.#desk.cancelAll();
    await this.#runtime.stop();
    await this.#turn?.done;
    this.#recorder.settle();
    this.#stopListening();
    await Promise.all([this.timeline.close(), this.#folder.save(this.#record)]).catch((error: unknown) => {
      this.#services.logger.error({ agent: this.id, err: error }, 'an agent could not be closed in order');
    });
  }

  /** Never rejects: a turn always ends with an entry that says how. */
  async #run(turn: Turn, text: string): Promise<void> {
    try {
      // Somebody may stop it while the prompt is written or the program starts.
      const session = turn.ending === null ? await this.#runtime.ensure() : null;
      this.#changed();
      if (session === null || turn.ending !== null) return this.#endAsAsked(turn.ending ?? 'cancelled');
      const reason = await session.prompt(text);
      if (turn.ending === 'interrupted') return this.#endAsAsked('interrupted');
      this.#end(reason, null);
    } catch (error) {
      if (turn.ending !== null) return this.#endAsAsked(turn.ending);
      this.#services.logger.warn({ agent: this.id, code: codeOf(error) }, 'a turn failed');
      this.#end('failed', this.#explain(error));
    }
  }

  #endAsAsked(ending: 'cancelled' | 'interrupted'): void {
    this.#end(ending, ending === 'interrupted' ? STOPPED : null);
  }

  async #endTurn(ending: 'cancelled'): Promise<void> {
    const turn = this.#turn;
    if (turn === null) return;
    turn.ending ??= ending;
    const graceful = this.#runtime.cancel();
    this.#desk.cancelAll();
    if (!graceful) await this.#runtime.stop();
    const kill = this.#services.clock.after(AGENT_CANCEL_GRACE_MS, () => void this.#runtime.stop());
    await turn.done;
    kill();
  }

  #end(reason: StopReason | 'failed' | 'interrupted', error: string | null): void {
    this.#desk.cancelAll();
    const turn = this.#turn;
    const cancelled = turn?.ending === 'cancelled';
    const state = reason === 'failed' || reason === 'interrupted' ? reason : cancelled ? 'stopped' : 'finished';
    this.#turn = null;
    try {
      this.#recorder.settle();
      this.timeline.append({ kind: 'turn-end', reason, error });
    } catch (failure) {
      this.#services.logger.error({ agent: this.id, err: failure }, 'the end of a turn could not be saved');
    }
    this.timeline.flush().catch(() => {});
    this.#runtime.touch();
    this.#update({ state, error, updatedAt: this.#now() });
    turn?.finish();
  }

  #state(): AgentState {
    if (this.#desk.pending.length > 0) return 'needs-you';
    if (this.#warming || this.#runtime.starting || (this.#turn !== null && !this.#runtime.running)) return 'starting';
    return this.#turn !== null ? 'working' : this.#record.state;
  }

  #explain(error: unknown): string {
    return cutText(error instanceof AgentError ? error.message : this.#runtime.explain(error), 1900);
  }

  #update(change: Partial<AgentRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#folder.save(this.#record).catch((error: unknown) => {
      this.#services.logger.error({ agent: this.id, err: error }, 'an agent could not be saved');
    });
    this.#changed();
  }

  #now(): string {
    return this.#services.date().toISOString();
  }

  #changed(): void {
    this.#services.onChange(this, true);
  }

  async #drained(): Promise<void> {
    while (this.timeline.unsavedBytes > MAX_UNSAVED_TIMELINE_BYTES && this.#stopping === null) {
      const failed = await this.timeline.flush().then(
        () => false,
        () => true,
      );
      if (failed) await new Promise<void>((resolve) => this.#services.clock.after(1000, resolve));
    }
  }
}

const STOPPED = 'Paseo was stopped while this turn was running. Send a message to go on.';

function newTurn(): Turn {
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { ending: null, done, finish };
}

function codeOf(error: unknown): string {
  return error instanceof AgentError || error instanceof AgentFailure ? error.code : 'unknown';
}
