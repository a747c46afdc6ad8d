import type { Clock } from '../../../../src-shared/clock.ts';
import { deferred } from '../../../../src-shared/deferred.ts';
import type { HostLine } from '../../../agent-host/host-protocol.ts';
import type { Logger } from '../../../platform/logger.ts';
import { TimelineError } from '../../timeline/timeline-error.ts';
import type { AcpConnection } from './acp-connection.ts';
import type { HostedProgram } from '../hosted/hosted-program.ts';

/** A line that could not be told because the disk refused is tried again this much later. */
const RETRY_MS = 1000;

interface ReaderOptions {
  readonly program: HostedProgram;
  readonly connection: AcpConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A line was handled. */
  readonly onMoved: () => void;
  /** Of a program that an earlier daemon started: everything that was said before has been told now. */
  readonly onCaughtUp: () => void;
  /** While it is pending nothing more is read. */
  readonly drained: () => Promise<void> | null;
}

/** Reads what a program says, line by line: the next one when everything that comes of this one is done. */
export class SessionReader {
  readonly #options: ReaderOptions;
  readonly #hurried = deferred<void>();
  #hold: Promise<void> | null = null;
  #stopping = false;
  #detached = false;
  #known = 0;
  #heard = 0;
  #last = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Number of the last line that was handled. */
  get last(): number {
    return this.#last;
  }

  /** Lines that an earlier daemon has handled are still being heard again. */
  get isBehind(): boolean {
    return this.#heard < this.#known;
  }

  /** Nothing more is read until this settles. For what is called while a line is handled. */
  hold(until: Promise<void>): void {
    this.#hold = until.catch(() => {});
  }

  /** What still waits is not waited for. */
  hurry(): void {
    this.#stopping = true;
    this.#hurried.resolve();
  }

  /** Nothing more is told. */
  detach(): void {
    this.#detached = true;
  }

  /**
   * Resolves when the program has said all, or after {@link detach}. `known`: lines up to this one were handled by an earlier daemon;
   * null for a program of our own. Throws what the lines throw.
   */
  async read(known: number | null): Promise<void> {
    const { program, connection, onMoved, onCaughtUp, drained } = this.#options;
    const { base, last, asked } = program.welcome;
    // Said before we came: requests that wait, and what no earlier daemon has on disk.
    let earlier = asked + last - base;
    this.#known = known ?? 0;
    this.#last = this.#known;
    this.#heard = base;
    // Whoever adopts it must have what comes of that first.
    await Promise.resolve();
    if (known !== null && earlier === 0) onCaughtUp();
    for await (const line of program.lines()) {
      if (this.#detached) return;
      await this.#handle(line);
      if (this.#detached) return;
      this.#heard = Math.max(this.#heard, line.n);
      this.#last = Math.max(this.#last, line.n);
      onMoved();
      if (--earlier === 0 && known !== null) onCaughtUp();
      const wait = this.#hold ?? connection.backlog ?? drained();
      if (wait !== null) await Promise.race([wait, this.#hurried.promise]);
      this.#hold = null;
    }
  }

  /** One line that we cannot handle must not cost the rest. */
  #handle(line: HostLine): Promise<void> | void {
    try {
      this.#options.connection.receive(line, line.n <= this.#known);
    } catch (error) {
      if (error instanceof TimelineError && !this.#stopping) return this.#again(line);
      this.#options.logger.error({ err: error }, 'a line of an agent could not be handled');
    }
  }

  async #again(line: HostLine): Promise<void> {
    await new Promise<void>((resolve) => this.#options.clock.after(RETRY_MS, resolve));
    if (!this.#detached) await this.#handle(line);
  }
}
