import { startMoment } from '../platform/process-census.ts';
import type { SendHeader } from './host-protocol.ts';
import { OpenRequests } from './open-requests.ts';
import { rpcHead } from './rpc-head.ts';

/** What a daemon that comes later must know of the talk between earlier ones and the program. */
export class TurnBook {
  readonly requests = new OpenRequests();
  #highestRequestId = 0;
  #lastPromptId: number | null = null;
  #promptOpen = false;
  #promptedAt: number | null = null;

  get highestRequestId(): number {
    return this.#highestRequestId;
  }

  get lastPromptId(): number | null {
    return this.#lastPromptId;
  }

  get promptOpen(): boolean {
    return this.#promptOpen;
  }

  /** The moment before the last prompt was given, see `startMoment`; null when none was. */
  get promptedAt(): number | null {
    return this.#promptedAt;
  }

  /**
   * Whether the program may be given the line. False for an answer to a request that is answered already, or whose id names another
   * one by now: a daemon that was started anew gives again what an earlier one gave, and nobody may take that for something else.
   */
  sends({ id, method, answers }: SendHeader): boolean {
    if (id !== undefined) {
      this.#highestRequestId = Math.max(this.#highestRequestId, id);
      if (method === 'session/prompt') {
        this.#lastPromptId = id;
        this.#promptOpen = true;
        this.#promptedAt = startMoment();
      }
    }
    return answers === undefined || this.requests.answer(answers);
  }

  /** Line `n` of the program. */
  hears(n: number, line: Buffer): void {
    const head = rpcHead(line);
    if (head?.id === undefined) return;
    if (head.hasMethod) this.requests.add(head.id, n);
    else if (head.id === this.#lastPromptId) this.#promptOpen = false;
  }
}
