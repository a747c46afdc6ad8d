/** With PASEO_STARTUP_TRACE=1: prints one JSON line once every step was reached, in whole milliseconds since the process started. */
export class StartupTrace {
  readonly #enabled: boolean;
  readonly #startedAt: number;
  readonly #print: (line: string) => void;
  readonly #missing = new Set<StartupStep>(['listening', 'ready', 'tray']);
  readonly #reached: Partial<Record<`${StartupStep}Ms`, number>> = {};

  constructor(
    env: Readonly<Record<string, string | undefined>>,
    // Electron knows when the process began; the clock of Node starts later.
    startedAt: number = process.getCreationTime?.() ?? performance.timeOrigin,
    print: (line: string) => void = (line) => void process.stdout.write(line),
  ) {
    this.#enabled = env['PASEO_STARTUP_TRACE'] === '1';
    this.#startedAt = startedAt;
    this.#print = print;
  }

  reach(step: StartupStep): void {
    if (!this.#enabled || !this.#missing.delete(step)) return;
    this.#reached[`${step}Ms`] = Math.round(Date.now() - this.#startedAt);
    if (this.#missing.size > 0) return;
    this.#print(`${JSON.stringify({ event: 'startup', pid: process.pid, ...this.#reached })}\n`);
  }
}

/** `listening`: the daemon accepts connections. `ready`: Electron's own. `tray`: the icon is there. */
export type StartupStep = 'listening' | 'ready' | 'tray';
