import type { Clock } from '../../../../src-shared/clock.ts';
import { deferred } from '../../../../src-shared/deferred.ts';
import { writeFrame, writeMessage } from '../../../agent-host/frames.ts';
import type { Frame } from '../../../agent-host/frames.ts';
import { FrameType } from '../../../agent-host/host-protocol.ts';
import type {
  EndedProcess,
  HostLine,
  HostWelcome,
  ProgramEnd,
  ReportedEnd,
  SendHeader,
  Sweep,
} from '../../../agent-host/host-protocol.ts';
import { MAX_HOST_INPUT_BYTES } from '../../../agent-host/limits.ts';
import type { Logger } from '../../../platform/logger.ts';
import { HOST_DETACH_TIMEOUT_MS, HOST_STOP_TIMEOUT_MS } from '../../limits.ts';
import { HostError } from './host-error.ts';
import { endHost, endRemains, readHostFile, removeHostFile, socketIsOurs } from './host-file.ts';
import type { HostFile } from './host-file.ts';
import { forgetHost, leftover } from './host-leftover.ts';
import { dialHost, readMessage } from './host-link.ts';
import type { HostLink } from './host-link.ts';
import { EndedMessage, SweptMessage } from './host-messages.ts';
import { startHost } from './host-start.ts';
import type { HostProcessOptions, ProgramSpec } from './host-start.ts';
import { LineQueue } from './line-queue.ts';

interface AttachOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The last line that is not wanted; 0 when absent. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

interface HostStartOptions extends HostProcessOptions {
  readonly logger: Logger;
}

/** An agent's program in its host process, as the one daemon that is attached to it sees it. */
export class HostedProgram {
  readonly #folder: string;
  readonly #file: HostFile;
  readonly #link: HostLink;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #queue: LineQueue;
  readonly #ended = deferred<ProgramEnd>();
  readonly #sweeps = new Map<number, (ended: EndedProcess[]) => void>();
  #sweepId = 0;
  /** `over`: the connection is; lines may wait in the queue or the journal. */
  #state: 'attached' | 'over' | 'displaced' | 'detached' = 'attached';
  #end: (ReportedEnd & { readonly last: number }) | null = null;
  #errorTail = '';

  private constructor(folder: string, file: HostFile, link: HostLink, { clock, logger, from = 0 }: AttachOptions) {
    this.#folder = folder;
    this.#file = file;
    this.#link = link;
    this.#clock = clock;
    this.#logger = logger;
    const first = Math.min(Math.max(from, link.welcome.base), link.welcome.last);
    this.#queue = new LineQueue(first, (paused) => this.#tell(FrameType.flow, { paused }));
    this.#listen();
  }

  /**
   * Starts a host and the program in it. What an earlier host left in the folder is removed first, so read it before
   * ({@link attach}, {@link leftover}). Throws {@link HostError} `start_failed`, or the reason of `signal`; nothing runs then.
   */
  static async start(spec: ProgramSpec, options: HostStartOptions): Promise<HostedProgram> {
    const { folder, clock } = options;
    await forgetHost(folder, clock);
    try {
      await startHost(spec, options);
      const program = await HostedProgram.attach(folder, options);
      if (program !== null) return program;
      throw new HostError('start_failed', 'its host ended at once');
    } catch (error) {
      await forgetHost(folder, clock);
      throw error;
    }
  }

  /**
   * Connects to the host of that folder, in place of any other daemon. null when no host lives there (or one that this version
   * cannot speak with, which is ended): what the program had said is in {@link leftover} then, and what it left running was ended.
   * Throws `FileError` for files that may be somebody else's, or the reason of `signal`.
   */
  static async attach(folder: string, options: AttachOptions): Promise<HostedProgram | null> {
    const file = await readHostFile(folder);
    if (file !== null && (await socketIsOurs(file))) {
      const link = await dialHost(file.socket, { hostId: file.hostId, from: options.from ?? 0 }, options);
      if (typeof link === 'object') return new HostedProgram(folder, file, link, options);
      options.logger.warn({ agent: file.agentId, link }, 'cannot attach to the host of an agent');
      await endHost(file, link === 'refused' ? 'ask' : 'kill', options.clock);
    }
    await clearRemains(folder, file, options.clock);
    return null;
  }

  get welcome(): HostWelcome {
    return this.#link.welcome;
  }

  get hostId(): string {
    return this.welcome.hostId;
  }

  /** Of the program. */
  get pid(): number {
    return this.welcome.pid;
  }

  /**
   * Settles when the program and all it started are gone, also when its host was killed (`fault: 'host_lost'`; what it left
   * running was ended then). Lines may still be unread. Stays pending when this daemon is detached or displaced. Never rejects.
   */
  get ended(): Promise<ProgramEnd> {
    return this.#ended.promise;
  }

  /**
   * What the program says, from `from` on, in order and without a gap, to its end; before that, earlier requests that still wait for
   * their answer (`welcome.asked` of them). One reader; while it does not pull, the host
   * keeps the lines on disk. Ends early after {@link detach}; throws {@link HostError} `displaced` when another daemon took over.
   */
  lines(): AsyncIterable<HostLine> {
    return this.#queue.read();
  }

  /**
   * Gives the program a line (without its end). Resolves when it is on its way to the host, which outlives us; rejects with
   * {@link HostError} when the program cannot get it any more.
   */
  async send(line: string, about: SendHeader): Promise<void> {
    if (this.#state !== 'attached' || this.#end !== null) throw this.#refusal();
    const [header, bytes] = [Buffer.from(`${JSON.stringify(about)}\n`), Buffer.from(line)];
    if (header.length + bytes.length > MAX_HOST_INPUT_BYTES) {
      throw new HostError('too_large', 'the message with its files is too large for one; send fewer files at once');
    }
    await new Promise<void>((resolve, reject) => {
      writeFrame(this.#link.socket, FrameType.send, [header, bytes], (error) => {
        if (error) reject(this.#refusal());
        else resolve();
      });
    });
  }

  /** Lines up to `n` are on our disk: the host may forget all but the requests that wait for an answer. When all are and the program has ended, the host ends. */
  ack(n: number): void {
    this.#tell(FrameType.ack, { n });
  }

  /** Ends what the program has started since the last `session/prompt` and what still runs. Resolves, with what was ended, when it is gone. */
  async sweep(how: Sweep): Promise<EndedProcess[]> {
    if (this.#state !== 'attached') return [];
    const id = ++this.#sweepId;
    return await new Promise((resolve) => {
      this.#sweeps.set(id, resolve);
      this.#tell(FrameType.sweep, { id, ...how });
    });
  }

  /** The end of the program's standard error, without escape sequences; empty until it has ended. */
  errorTail(): string {
    return this.#errorTail;
  }

  /**
   * Ends the program and all it started; resolves when they are gone. `graceMs`: from SIGTERM to SIGKILL. Idempotent. When this daemon is detached or displaced it
   * does nothing.
   */
  async stop(graceMs?: number): Promise<ProgramEnd> {
    if (this.#state === 'detached' || this.#state === 'displaced') return { code: null, signal: null, fault: null };
    this.#tell(FrameType.stop, { graceMs });
    const cancel = this.#clock.after(HOST_STOP_TIMEOUT_MS, () => void endHost(this.#file, 'kill', this.#clock));
    const end = await this.ended;
    cancel();
    return end;
  }

  /** Leaves the program running, for a later {@link attach}. Resolves when the host has all that it was sent. Idempotent. */
  async detach(): Promise<void> {
    if (this.#state !== 'attached') return;
    this.#leave('detached');
    this.#queue.close('unwanted');
    const { socket } = this.#link;
    // It is read on to its end: a host that could write no more would take no more either.
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.end();
    const cancel = this.#clock.after(HOST_DETACH_TIMEOUT_MS, () => socket.destroy());
    await closed;
    cancel();
  }

  #listen(): void {
    const { socket, reader, early } = this.#link;
    const handle = (frames: () => readonly Frame[]): void => {
      try {
        for (const frame of frames()) this.#handle(frame);
      } catch (error) {
        this.#logger.warn({ agent: this.#file.agentId, error: String(error) }, 'a host said something strange');
        socket.destroy();
      }
    };
    socket.on('data', (chunk: Buffer) => handle(() => reader.push(chunk)));
    socket.on('close', () => {
      if (this.#state === 'attached') void this.#over();
    });
    handle(() => early);
    socket.resume();
  }

  #handle({ type, payload }: Frame): void {
    if (this.#state !== 'attached') return;
    switch (type) {
      case FrameType.asked:
        return this.#queue.repeat(readLine(payload));
      case FrameType.line:
        this.#queue.push(readLine(payload));
        return this.#completed();
      case FrameType.swept: {
        const { id, ended } = readMessage(SweptMessage, payload);
        this.#sweeps.get(id)?.(ended);
        this.#sweeps.delete(id);
        return;
      }
      case FrameType.ended:
        this.#end = readMessage(EndedMessage, payload);
        this.#settle(this.#end);
        return this.#completed();
      case FrameType.displaced:
        this.#leave('displaced');
        this.#queue.close(new HostError('displaced', 'another daemon has taken over this agent'));
        this.#link.socket.destroySoon();
        return;
      default:
      // Something that a newer host can say and an older daemon need not know.
    }
  }

  #completed(): void {
    if (this.#end !== null && this.#queue.received >= this.#end.last) this.#queue.close('complete');
  }

  /** The connection is over: the host has ended as it should, or was killed. */
  async #over(): Promise<void> {
    this.#leave('over');
    if (this.#end !== null && this.#queue.received >= this.#end.last) return;
    this.#logger.warn({ agent: this.#file.agentId }, 'the host of an agent is gone');
    try {
      // It may be there still, when the connection broke for another reason.
      await endHost(this.#file, 'kill', this.#clock);
      await clearRemains(this.#folder, this.#file, this.#clock);
      const left = await leftover(this.#folder, this.#queue.received);
      this.#queue.close(left?.hostId === this.hostId ? left.lines : 'complete');
      this.#settle(left?.end ?? { code: null, signal: null, fault: 'host_lost', errorTail: '' });
    } catch (error) {
      this.#logger.error({ agent: this.#file.agentId, error: String(error) }, 'cannot read what a host has left');
      this.#queue.close('complete');
      this.#settle({ code: null, signal: null, fault: 'host_lost', errorTail: '' });
    }
  }

  #settle({ code, signal, fault, errorTail }: ReportedEnd): void {
    this.#errorTail = errorTail;
    this.#ended.resolve({ code, signal, fault });
  }

  #leave(state: 'over' | 'displaced' | 'detached'): void {
    this.#state = state;
    for (const resolve of this.#sweeps.values()) resolve([]);
    this.#sweeps.clear();
  }

  #tell(type: number, message: object): void {
    if (this.#state === 'attached') writeMessage(this.#link.socket, type, message);
  }

  #refusal(): HostError {
    if (this.#state === 'detached') return new HostError('detached', 'this daemon has left the agent');
    if (this.#state === 'displaced') return new HostError('displaced', 'another daemon has taken over this agent');
    return new HostError('ended', 'the agent has ended');
  }
}

function readLine(payload: Buffer): HostLine {
  return { n: Number(payload.readBigUInt64BE(0)), bytes: payload.subarray(8) };
}

/** After a host: ends what its program left running and removes what says that it lives. Its journal stays. */
async function clearRemains(folder: string, file: HostFile | null, clock: Clock): Promise<void> {
  const agentId = file?.agentId ?? (await leftover(folder))?.agentId;
  if (agentId !== undefined) await endRemains(agentId, file, clock);
  await removeHostFile(folder, file);
}
