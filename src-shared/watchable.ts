/** A value that changes and can be watched. Events say "this changed", never "do this". */
export interface Watchable<T> {
  get(): T;
  /** Calls `listener` after every change, not for the current value. Returns the function that ends the subscription. */
  subscribe(listener: (value: T) => void): () => void;
}

/** The owner's side of a {@link Watchable}. */
export class Watched<T> implements Watchable<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
