import { createHash } from 'node:crypto';
import type { AnsweredRequest, HostLine, RpcId } from './host-protocol.ts';
import { MAX_KEPT_REQUEST_BYTES, MAX_UNANSWERED_REQUESTS } from './limits.ts';

interface OpenRequest {
  readonly line: number;
  /** The line itself once the journal need not have it. */
  bytes: Buffer | null;
}

/** The program's requests that wait for an answer. A person may take days for one, and the program goes on meanwhile. */
export class OpenRequests {
  readonly #byId = new Map<string, OpenRequest>();
  #keptBytes = 0;

  /** Line `line` asks something. One that still waits under that id cannot be answered any more: nobody could tell them apart. */
  add(id: RpcId, line: number): void {
    const key = keyOf(id);
    if (!this.#byId.has(key) && this.#byId.size >= MAX_UNANSWERED_REQUESTS) return;
    this.#forget(key);
    this.#byId.set(key, { line, bytes: null });
  }

  /** False when that very request does not wait. */
  answer({ id, line }: AnsweredRequest): boolean {
    const key = keyOf(id);
    if (this.#byId.get(key)?.line !== line) return false;
    this.#forget(key);
    return true;
  }

  /**
   * Lines up to `n` may go from the journal: those that wait are kept here, as far as there is room. Returns the last line that
   * may go. `read` gives a line of the journal.
   */
  keep(n: number, read: (line: number) => Buffer): number {
    const leaving = [...this.#byId.values()].filter(({ line, bytes }) => line <= n && bytes === null);
    for (const request of leaving.sort((a, b) => a.line - b.line)) {
      const bytes = Buffer.from(read(request.line));
      if (this.#keptBytes + bytes.length > MAX_KEPT_REQUEST_BYTES) return request.line - 1;
      request.bytes = bytes;
      this.#keptBytes += bytes.length;
    }
    return n;
  }

  /** Those that were kept, oldest first. */
  kept(): HostLine[] {
    const kept = [...this.#byId.values()].flatMap(({ line, bytes }) => (bytes === null ? [] : [{ n: line, bytes }]));
    return kept.sort((a, b) => a.n - b.n);
  }

  #forget(key: string): void {
    this.#keptBytes -= this.#byId.get(key)?.bytes?.length ?? 0;
    this.#byId.delete(key);
  }
}

function keyOf(id: RpcId): string {
  const key = JSON.stringify(id);
  return key.length <= MAX_KEY_CHARS ? key : `#${createHash('sha256').update(key).digest('base64')}`;
}

/** The ids of SDKs are much shorter. */
const MAX_KEY_CHARS = 64;
