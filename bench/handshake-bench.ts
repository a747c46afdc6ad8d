import { diffieHellman, generateKeyPairSync } from 'node:crypto';
import { ChannelFixture } from '../src-shared/channel/channel-fixture.ts';
import type { ResponderResult } from '../src-shared/channel/handshake.ts';
import { initiateHandshake } from '../src-shared/channel/initiator-handshake.ts';
import { MemoryFrameSocket } from '../src-shared/channel/memory-frame-socket.ts';
import { respondHandshake } from '../src-shared/channel/responder-handshake.ts';
import { systemClock } from '../src-shared/clock.ts';
import { createNodeProvider } from '../src-main/platform/node-crypto.ts';
import { makeFigure } from './figure.ts';
import type { Report } from './figure.ts';
import { alternate, cpuSeconds } from './sampling.ts';

const COUNT = 50;
const ROUNDS = 40;
/** A daemon that is asked this often runs compiled code, which takes V8 about 2,000 handshakes. */
const WARM_UP_ROUNDS = 50;
const AIM = { of: 'value', atLeast: 1500 } as const;
const NOTE =
  'full handshakes of a known device, the daemon’s side alone: message 1 read, 2 written, 3 read, channel started, first record ' +
  'sealed; per processor second, warmed up; baseline: bare node:crypto, one X25519 key generated and three Diffie-Hellmans ' +
  'with imported keys. A running daemon spends at most 40 % of a core on handshakes';

/** What handshakes cost the daemon. The clients' part is done between the measured steps. */
export async function handshakeBench(report: Report): Promise<void> {
  const fixture = new ChannelFixture(createNodeProvider());
  const rate = (seconds: number) => COUNT / seconds;
  const measured = await alternate(
    ROUNDS,
    () => rate(cpuSeconds(bareDiffieHellmans)),
    async () => rate(await daemonSeconds(fixture)),
    WARM_UP_ROUNDS,
  );
  report(makeFigure('handshake.daemon', 'handshakes/s', measured, NOTE, AIM));
}

/** Seconds of processor time for {@link COUNT} handshakes; the two measured steps are synchronous. */
async function daemonSeconds(fixture: ChannelFixture): Promise<number> {
  const attempts = Array.from({ length: COUNT }, () => new Attempt(fixture));
  const firstHalf = cpuSeconds(() => attempts.forEach((attempt) => attempt.answerMessage1()));
  attempts.forEach((attempt) => attempt.clientTurn());
  const secondHalf = cpuSeconds(() => attempts.forEach((attempt) => attempt.readMessage3()));
  for (const attempt of attempts) await attempt.end();
  return firstHalf + secondHalf;
}

/** One handshake whose frames wait until they are handed over. */
class Attempt {
  readonly #fixture: ChannelFixture;
  readonly #toDaemon: Uint8Array[] = [];
  readonly #toClient: Uint8Array[] = [];
  readonly #client = new MemoryFrameSocket({ sent: (frame) => this.#toDaemon.push(frame), closing: () => {} });
  readonly #daemon = new MemoryFrameSocket({ sent: (frame) => this.#toClient.push(frame), closing: () => {} });
  readonly #initiated;
  #responded: Promise<ResponderResult> | null = null;

  constructor(fixture: ChannelFixture) {
    this.#fixture = fixture;
    this.#initiated = initiateHandshake(fixture.initiator(this.#client));
  }

  answerMessage1(): void {
    this.#responded = respondHandshake(this.#fixture.responder(this.#daemon, { clock: systemClock }));
    this.#daemon.deliver(this.#toDaemon.shift()!);
  }

  clientTurn(): void {
    this.#client.deliver(this.#toClient.shift()!);
  }

  readMessage3(): void {
    this.#daemon.deliver(this.#toDaemon.shift()!);
  }

  /** Throws unless both sides finished. */
  async end(): Promise<void> {
    this.#client.deliver(this.#toClient.shift()!);
    const [client, daemon] = await Promise.all([this.#initiated, this.#responded!]);
    await Promise.all([client.channel.close('fin'), daemon.channel.close('fin')]);
  }
}

function bareDiffieHellmans(): void {
  for (let i = 0; i < COUNT; i++) {
    const { privateKey, publicKey } = generateKeyPairSync('x25519');
    for (let dh = 0; dh < 3; dh++) diffieHellman({ privateKey, publicKey });
  }
}
