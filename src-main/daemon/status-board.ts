import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import type { DaemonStatus } from '../../src-shared/wire/status.ts';

type Changing = Pick<DaemonStatus, 'name' | 'listeners' | 'relay' | 'warnings'>;

/** One status out of many sources; it changes once per turn of the event loop, however many of them do. */
export class StatusBoard {
  readonly #fixed: Omit<DaemonStatus, keyof Changing>;
  readonly #read: () => Changing;
  readonly #status: Watched<DaemonStatus>;
  readonly #unsubscribe: (() => void)[];
  #due = false;

  constructor(fixed: Omit<DaemonStatus, keyof Changing>, read: () => Changing, sources: readonly Watchable<unknown>[]) {
    this.#fixed = fixed;
    this.#read = read;
    this.#status = new Watched({ ...fixed, ...read() });
    this.#unsubscribe = sources.map((source) => source.subscribe(() => this.#changed()));
  }

  get status(): Watchable<DaemonStatus> {
    return this.#status;
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  #changed(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.#status.set({ ...this.#fixed, ...this.#read() });
    });
  }
}
