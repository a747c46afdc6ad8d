/** Hands results on in the order in which they were pushed, at once while nothing earlier is pending. */
export class OrderedResults {
  readonly #failed: () => void;
  readonly #waiting: Slot[] = [];
  #stopped = false;

  /** `failed` is called once, for the first promise that rejects in order; nothing is handed on after it. */
  constructor(failed: () => void) {
    this.#failed = failed;
  }

  push<T>(result: T | Promise<T>, use: (value: T) => void): void {
    if (this.#stopped) return;
    if (!(result instanceof Promise)) {
      if (this.#waiting.length === 0) use(result);
      else this.#waiting.push({ state: 'ready', run: () => use(result) });
      return;
    }
    const slot: Slot = { state: 'pending', run: () => {} };
    this.#waiting.push(slot);
    result.then(
      (value) => {
        slot.state = 'ready';
        slot.run = () => use(value);
        this.#drain();
      },
      () => {
        slot.state = 'failed';
        this.#drain();
      },
    );
  }

  /** Forgets everything that waits. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
  }

  #drain(): void {
    for (let first = this.#waiting[0]; first && first.state !== 'pending'; first = this.#waiting[0]) {
      this.#waiting.shift();
      if (first.state === 'ready') {
        first.run();
        continue;
      }
      this.stop();
      this.#failed();
    }
  }
}

interface Slot {
  state: 'pending' | 'ready' | 'failed';
  run: () => void;
}
