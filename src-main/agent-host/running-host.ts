import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src-shared/clock.ts';
import { deferred } from '../../src-shared/deferred.ts';
import { writeFileAtomic } from '../platform/atomic-file.ts';
import { processStart } from '../platform/process-start.ts';
import { DaemonConnection } from './daemon-connection.ts';
import { HostListener } from './host-listener.ts';
import { HOST_FILE, HOST_PROTOCOL, JOURNAL_FILE } from './host-protocol.ts';
import type { Hello, HostWelcome, ProgramFault, ReportedEnd, SendHeader, Sweep } from './host-protocol.ts';
import { JournalWriter } from './journal-writer.ts';
import { FAREWELL_MS, FIRST_ATTACH_MS, JOURNAL_SYNC_MS, MAX_HOST_INPUT_BYTES } from './limits.ts';
import { ProcessGroup } from './process-group.ts';
import { ProgramOutput } from './program-output.ts';
import type { StartSpec } from './start-spec.ts';
import { TurnBook } from './turn-book.ts';

interface Running {
  readonly program: ProcessGroup;
  readonly journal: JournalWriter;
  readonly output: ProgramOutput;
}

/** Owns an agent's program and its journal, and serves the daemon that is attached. */
export class RunningHost {
  readonly #spec: StartSpec;
  readonly #clock = systemClock;
  readonly #listener: HostListener;
  readonly #turns = new TurnBook();
  readonly #done = deferred<void>();
  #running: Running | null = null;
  #daemon: DaemonConnection | null = null;
  #fault: ProgramFault | null = null;
  #end: ReportedEnd | null = null;
  #endReported = false;
  #terminating = false;
  #finished = false;
  /** The daemon that started this host is about to attach. */
  #expecting = true;
  #cancelWait = () => {};
  #cancelSync = () => {};

  constructor(spec: StartSpec) {
    this.#spec = spec;
    this.#listener = new HostListener({
      path: spec.socket,
      ownFolder: spec.ownFolder,
      onConnection: (socket) => {
        new DaemonConnection(socket, this.#clock, {
          onHello: (connection, hello) => this.#attach(connection, hello),
          onSend: (header, line) => this.#send(header, line),
          onAck: (n) => this.#ack(n),
          onSweep: (connection, sweep) => void this.#sweep(connection, sweep),
          onStop: (graceMs) => void this.#running?.program.stop(graceMs),
          onClosed: (connection) => {
            if (this.#daemon !== connection) return;
            this.#daemon = null;
            if (this.#finished) this.#done.resolve();
            else this.#settle();
          },
        });
      },
    });
  }

  /** Settles when the program is gone and nothing is left to tell. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Rejects with the reason when the program cannot be started; nothing is left then. */
  async start(): Promise<void> {
    await this.#listener.start();
    const { folder, hostId, agentId, maxJournalBytes: maxBytes } = this.#spec;
    let journal: JournalWriter | null = null;
    try {
      journal = JournalWriter.create({ path: join(folder, JOURNAL_FILE), hostId, agentId, maxBytes });
      const program = await ProcessGroup.start({ ...this.#spec.program, agentId });
      this.#run(program, journal);
      await this.#writeHostFile(program);
    } catch (error) {
      this.#finished = true;
      await this.#running?.program.stop();
      this.#cancelSync();
      journal?.remove();
      this.#listener.stop();
      throw error;
    }
    if (this.#terminating) this.terminate();
    this.#clock.after(FIRST_ATTACH_MS, () => this.#expected());
    this.#settle();
  }

  /** Ends the program, then the host, whether or not anybody has read all. */
  terminate(): void {
    this.#terminating = true;
    void this.#running?.program.stop();
    if (this.#end !== null) this.#settle();
  }

  #run(program: ProcessGroup, journal: JournalWriter): void {
    const output = new ProgramOutput({
      stdout: program.stdout,
      journal,
      clock: this.#clock,
      onLine: (n, line) => {
        const open = this.#turns.promptOpen;
        this.#turns.hears(n, line);
        this.#daemon?.offer(n, line);
        if (open !== this.#turns.promptOpen) this.#settle();
      },
      onTooLong: () => this.#fail('line_too_long'),
    });
    this.#running = { program, journal, output };
    output.start();
    void program.ended.then(async ({ code, signal }) => {
      await output.finish();
      if (this.#finished) return;
      this.#end = { code, signal, fault: this.#fault, errorTail: program.errorTail() };
      try {
        journal.appendEnd(this.#end);
      } catch {
        // The disk is full, and the daemon that is attached hears of the end all the same.
      }
      this.#report();
      this.#settle();
    });
    this.#sync(journal);
  }

  #sync(journal: JournalWriter): void {
    journal.sync();
    this.#cancelSync = this.#clock.after(JOURNAL_SYNC_MS, () => this.#sync(journal));
  }

  #attach(connection: DaemonConnection, { protocol, hostId, from }: Hello): void {
    if (this.#running === null || this.#finished || hostId !== this.#spec.hostId) return connection.destroy();
    if (protocol !== HOST_PROTOCOL) return connection.refuse(HOST_PROTOCOL);
    this.#daemon?.displace();
    this.#daemon = connection;
    this.#expecting = false;
    const { journal } = this.#running;
    const asked = this.#turns.requests.kept();
    connection.attach({ ...this.#welcome(this.#running), asked: asked.length }, journal, from, asked);
    this.#report();
    this.#settle();
  }

  #welcome({ program, journal }: Running): Omit<HostWelcome, 'asked'> {
    const { highestRequestId, lastPromptId, promptOpen } = this.#turns;
    const ended = this.#end && { code: this.#end.code, signal: this.#end.signal, fault: this.#end.fault };
    return {
      protocol: HOST_PROTOCOL,
      hostId: this.#spec.hostId,
      pid: program.pid,
      startedAt: program.startedAt.toISOString(),
      base: journal.acked,
      last: journal.last,
      ...{ highestRequestId, lastPromptId, promptOpen, ended },
    };
  }

  #send(header: SendHeader, line: Buffer): void {
    const { stdin } = this.#running!.program;
    if (!stdin.writable || !this.#turns.sends(header)) return;
    if (stdin.writableLength + line.length > MAX_HOST_INPUT_BYTES) return this.#fail('not_reading');
    stdin.write(line);
  }

  #ack(n: number): void {
    const { journal, output } = this.#running!;
    journal.ack(this.#turns.requests.keep(Math.min(n, journal.last), (line) => journal.read(line - 1)[0]!.bytes));
    output.store();
    this.#settle();
  }

  async #sweep(connection: DaemonConnection, { id, ...sweep }: Sweep & { readonly id: number }): Promise<void> {
    const { promptedAt } = this.#turns;
    const swept = promptedAt === null ? [] : this.#running!.program.sweep(promptedAt, sweep).catch(() => []);
    const ended = await swept;
    if (connection === this.#daemon) connection.swept(id, ended);
  }

  #fail(fault: ProgramFault): void {
    this.#fault ??= fault;
    void this.#running!.program.stop();
  }

  #report(): void {
    if (this.#daemon === null || this.#end === null) return;
    this.#daemon.report(this.#end, this.#running!.journal.last);
    this.#endReported = true;
  }

  /** Looks what there is to wait for, after anything has changed that this depends on. */
  #settle(): void {
    this.#cancelWait();
    if (this.#finished) return;
    if (this.#end === null) {
      if (this.#daemon !== null || this.#expecting) return;
      const { idleMs, unattendedMs } = this.#spec;
      this.#cancelWait = this.#clock.after(
        this.#turns.promptOpen ? unattendedMs : idleMs,
        () => void this.#running?.program.stop(),
      );
    } else if (this.#daemon === null) {
      if (!this.#expecting || this.#terminating) this.#finish();
    } else if (this.#running!.journal.acked >= this.#running!.journal.last) this.#finish();
    else if (this.#terminating) this.#cancelWait = this.#clock.after(FAREWELL_MS, () => this.#finish());
  }

  #expected(): void {
    this.#expecting = false;
    this.#settle();
  }

  /** The journal stays when somebody has still to read it. */
  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#cancelSync();
    const { journal } = this.#running!;
    if (this.#endReported && journal.acked >= journal.last) journal.remove();
    else journal.close();
    this.#removeHostFile();
    this.#listener.stop();
    if (this.#daemon === null) return this.#done.resolve();
    // What was written to the daemon leaves before the process does.
    this.#daemon.close();
    this.#clock.after(FAREWELL_MS, () => this.#done.resolve());
  }

  /** Unless it is another host's by now. */
  #removeHostFile(): void {
    const path = join(this.#spec.folder, HOST_FILE);
    try {
      if (readFileSync(path, 'utf8').includes(`"hostId": "${this.#spec.hostId}"`)) rmSync(path);
    } catch {
      // It is gone.
    }
  }

  async #writeHostFile({ pid, startedAt }: ProcessGroup): Promise<void> {
    const { hostId, agentId, folder, socket, ownFolder } = this.#spec;
    const host = {
      format: 'paseo-agent-host',
      version: 1,
      ...{ hostId, agentId, socket, ownFolder },
      pid: process.pid,
      start: await processStart(process.pid),
      program: { pid, start: await processStart(pid) },
      startedAt: startedAt.toISOString(),
    };
    await writeFileAtomic(join(folder, HOST_FILE), `${JSON.stringify(host, null, 2)}\n`, { mode: 0o600 });
  }
}
