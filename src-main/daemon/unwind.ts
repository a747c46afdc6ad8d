/** What was started, so that it is stopped in reverse, also when a later step fails. */
export class Unwind {
  readonly #steps: (() => Promise<void> | void)[] = [];
  #unwound: Promise<void> | null = null;

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  /** Runs every step, newest first, whatever the others do. Idempotent; rejects with the first failure. */
  run(): Promise<void> {
    this.#unwound ??= this.#run();
    return this.#unwound;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
