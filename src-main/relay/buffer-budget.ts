import { RELAY_BUFFERED_BYTES } from '../../src-shared/limits.ts';

/** A direction of a pipe that waits for its reader. */
interface Stuck {
  /** Cuts the reader off. */
  abandon(): void;
}

/** What all pipes together hold. When it is too much, the direction that has been stuck longest is abandoned. */
export class BufferBudget {
  readonly #limit: number;
  #held = 0;
  /** In the order in which they got stuck. */
  readonly #stuck = new Set<Stuck>();

  constructor(limit: number = RELAY_BUFFERED_BYTES) {
    this.#limit = limit;
  }

  get heldBytes(): number {
    return this.#held;
  }

  hold(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= this.#limit) return;
    for (const longest of this.#stuck) {
      this.#stuck.delete(longest);
      longest.abandon();
      return;
    }
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }

  stuck(flow: Stuck): void {
    this.#stuck.add(flow);
  }

  moving(flow: Stuck): void {
    this.#stuck.delete(flow);
  }
}
