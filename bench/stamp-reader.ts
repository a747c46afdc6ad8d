const STAMP = /@(\d+) /g;

/** Finds the stamps of the stamping agent in what a client has just got, and how old each one is. */
export class StampReader {
  readonly #ages: number[] = [];

  read(text: string): void {
    const now = Number(process.hrtime.bigint() / 1000n);
    for (const [, stamp] of text.matchAll(STAMP)) this.#ages.push((now - Number(stamp)) / 1000);
  }

  get size(): number {
    return this.#ages.length;
  }

  /** Milliseconds, of all that came since the last time. */
  all(): number[] {
    return this.#ages.splice(0);
  }

  /** Milliseconds. Throws unless there are exactly so many. */
  take(count: number): number[] {
    const ages = this.all();
    if (ages.length !== count) throw new Error(`${ages.length} of ${count} stamps arrived`);
    return ages;
  }
}
