/** Looks at something that is costly to look at. All who ask before a look begins share it, and nobody gets one that began earlier. */
export class SharedLook<T> {
  readonly #look: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | null = null;

  constructor(look: () => Promise<T>) {
    this.#look = look;
  }

  /** One look at a time. Rejects as the look does. */
  take(): Promise<T> {
    if (this.#next === null) {
      this.#next = this.#running.then(() => {
        this.#next = null;
        return this.#look();
      });
      this.#running = this.#next.catch(() => {});
    }
    return this.#next;
  }
}
