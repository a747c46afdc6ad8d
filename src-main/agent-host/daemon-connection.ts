import type { Socket } from 'node:net';
import type { Clock } from '../../src-shared/clock.ts';
import { parseAck, parseFlow, parseHello, parseSend, parseStop, parseSweep } from './daemon-messages.ts';
import { FrameReader, writeFrame, writeMessage } from './frames.ts';
import type { Frame } from './frames.ts';
import { FrameType } from './host-protocol.ts';
import type { EndedProcess, Hello, HostLine, HostWelcome, ReportedEnd, SendHeader, Sweep } from './host-protocol.ts';
import type { JournalWriter } from './journal-writer.ts';
import { HELLO_TIMEOUT_MS, MAX_HOST_INPUT_BYTES } from './limits.ts';

interface DaemonEvents {
  /** To be answered with {@link DaemonConnection.attach}, or by closing. */
  readonly onHello: (connection: DaemonConnection, hello: Hello) => void;
  /** `line` ends with a newline. */
  readonly onSend: (header: SendHeader, line: Buffer) => void;
  readonly onAck: (n: number) => void;
  readonly onSweep: (connection: DaemonConnection, sweep: Sweep & { readonly id: number }) => void;
  readonly onStop: (graceMs: number | undefined) => void;
  readonly onClosed: (connection: DaemonConnection) => void;
}

/** One daemon's connection to the host. It is closed at the first thing that is not as host-protocol.ts says. */
export class DaemonConnection {
  readonly #socket: Socket;
  readonly #events: DaemonEvents;
  readonly #reader = new FrameReader(MAX_HOST_INPUT_BYTES);
  #journal: JournalWriter | null = null;
  #greeted = false;
  /** Number of the last line that was sent. */
  #sent = 0;
  /** Number of the last line that the daemon needs no more; those that were not sent yet are needed until they are. */
  #ackWanted = 0;
  #room = true;
  #paused = false;

  constructor(socket: Socket, clock: Clock, events: DaemonEvents) {
    this.#socket = socket;
    this.#events = events;
    const cancel = clock.after(HELLO_TIMEOUT_MS, () => {
      if (!this.#greeted) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      cancel();
      events.onClosed(this);
    });
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('drain', () => {
      this.#room = true;
      this.#catchUp();
    });
  }

  /** Answers a hello: `asked` and what follows line `from` and is not acknowledged is sent, and later each line that is {@link offer}ed. */
  attach(welcome: HostWelcome, journal: JournalWriter, from: number, asked: readonly HostLine[]): void {
    writeMessage(this.#socket, FrameType.welcome, welcome);
    for (const line of asked) writeLine(this.#socket, FrameType.asked, line);
    this.#journal = journal;
    this.#sent = Math.min(Math.max(from, journal.acked), journal.last);
    this.#catchUp();
  }

  /** Line `n` is in the journal now; it is sent at once when the daemon is not behind. */
  offer(n: number, line: Buffer): void {
    if (this.#room && !this.#paused && this.#sent === n - 1) this.#line(n, line);
  }

  /** `last`: number of the program's last line, which may still have to be sent. */
  report(end: ReportedEnd, last: number): void {
    writeMessage(this.#socket, FrameType.ended, { ...end, last });
  }

  swept(id: number, ended: readonly EndedProcess[]): void {
    writeMessage(this.#socket, FrameType.swept, { id, ended: ended.slice(0, MAX_NAMED_PROCESSES) });
  }

  /** This host does not speak the daemon's version. */
  refuse(protocol: number): void {
    writeMessage(this.#socket, FrameType.refused, { protocol });
    this.#socket.destroySoon();
  }

  /** Another daemon took over. */
  displace(): void {
    this.#journal = null;
    writeMessage(this.#socket, FrameType.displaced, {});
    this.#socket.destroySoon();
  }

  /** Ends the connection when what was written has left. */
  close(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.push(chunk)) this.#handle(frame);
    } catch {
      this.#socket.destroy();
    }
  }

  #handle({ type, payload }: Frame): void {
    if (!this.#greeted) {
      if (type !== FrameType.hello) throw new Error('no hello');
      this.#greeted = true;
      return this.#events.onHello(this, parseHello(payload));
    }
    // It was refused or displaced.
    if (this.#journal === null) return;
    switch (type) {
      case FrameType.send: {
        const { header, line } = parseSend(payload);
        return this.#events.onSend(header, line);
      }
      case FrameType.ack:
        this.#ackWanted = Math.max(this.#ackWanted, Math.min(parseAck(payload), this.#journal.last));
        return this.#events.onAck(Math.min(this.#ackWanted, this.#sent));
      case FrameType.sweep:
        return this.#events.onSweep(this, parseSweep(payload));
      case FrameType.flow:
        this.#paused = parseFlow(payload);
        return this.#catchUp();
      case FrameType.stop:
        return this.#events.onStop(parseStop(payload));
      default:
        throw new Error('an unknown frame');
    }
  }

  #catchUp(): void {
    const journal = this.#journal;
    while (journal !== null && this.#room && !this.#paused && this.#sent < journal.last) {
      for (const { n, bytes } of journal.read(this.#sent)) this.#line(n, bytes);
    }
  }

  #line(n: number, line: Buffer): void {
    this.#sent = n;
    this.#room = writeLine(this.#socket, FrameType.line, { n, bytes: line });
    if (n === this.#ackWanted) this.#events.onAck(n);
  }
}

/** A message has its limit; so many are more than anybody reads. */
const MAX_NAMED_PROCESSES = 100;

function writeLine(socket: Socket, type: number, { n, bytes }: HostLine): boolean {
  const number = Buffer.allocUnsafe(8);
  number.writeBigUInt64BE(BigInt(n));
  return writeFrame(socket, type, [number, bytes]);
}
