import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import { briefArgs } from '../../../agent-host/brief-spec.ts';
import { AGENT_STOP_GRACE_MS, MAX_AGENT_LINE_BYTES } from '../../../agent-host/limits.ts';
import { endMarked } from '../../../platform/end-processes.ts';
import { AgentFailure } from '../acp/agent-failure.ts';
import type { BriefRuntime } from './provider-entry.ts';

interface Program {
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment, with a mark `PASEO_AGENT_ID` that no other process has. */
  readonly env: Readonly<Record<string, string>>;
  readonly runtime: BriefRuntime;
  readonly clock: Clock;
}

/**
 * An agent's program for a few questions, without a host that outlives the daemon. Nothing of it is left after {@link stop}, nor when
 * the daemon is killed.
 */
export class BriefAgent {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #agentId: string;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  #said = 0;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, agentId: string, clock: Clock) {
    this.#child = child;
    this.#agentId = agentId;
    this.#clock = clock;
    child.stdin.on('error', () => {});
    child.stdout.on('error', () => {});
    // A program that cannot be started says `error` and no `exit`.
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    void this.#ended.then(() => this.#gone());
    child.stdout.on('data', (data: Buffer) => {
      this.#said += data.length;
      // More than any answer: a line without an end would fill our memory.
      if (this.#said <= MAX_AGENT_LINE_BYTES) return;
      child.stdout.destroy();
      void this.stop();
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#line(line));
  }

  static start({ command, args, cwd, env, runtime, clock }: Program): BriefAgent {
    const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore'];
    const runs = briefArgs(runtime.hostProgram, { command, args, input: true });
    const child = spawn(runtime.nodePath, runs, { cwd, env: { ...env }, detached: true, windowsHide: true, stdio });
    return new BriefAgent(child, env['PASEO_AGENT_ID'] ?? '', clock);
  }

  /** The answer to ACP's `initialize`, unread. */
  initialize(appVersion: string): Promise<unknown> {
    return this.request('initialize', {
      protocolVersion: 1,
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      clientInfo: { name: 'paseo', version: appVersion },
    });
  }

  /** Resolves with the result, unread. Throws {@link AgentFailure}: `login`, `refused` or `ended`. */
  request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new AgentFailure('ended', 'it ended'));
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    const [agentId, clock] = [this.#agentId, this.#clock];
    // What runs the program ends it in this time.
    const cancel = clock.after(2 * AGENT_STOP_GRACE_MS, () => void endMarked({ agentId, clock, graceMs: 0 }));
    await this.#ended;
    cancel();
  }

  get #over(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #send(message: object): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #line(line: string): void {
    const { data } = Message.safeParse(parsed(line));
    if (data === undefined) return;
    const { id, method, result, error } = data;
    if (method !== undefined) {
      // Nothing that it could ask for is needed here.
      if (id !== undefined) this.#send({ id, error: { code: -32601, message: 'Method not found' } });
      return;
    }
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (waiting === undefined) return;
    this.#waiting.delete(id as number);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new AgentFailure(error.code === -32000 ? 'login' : 'refused', error.message.slice(0, 500)));
  }

  #gone(): void {
    for (const { reject } of this.#waiting.values()) reject(new AgentFailure('ended', 'it ended without an answer'));
    this.#waiting.clear();
  }
}

const Message = z.looseObject({
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.number(), message: z.string().catch('unknown error') }).optional(),
});

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
