import type { FrameSocket } from '../channel/frame-socket.ts';

/**
 * Lets one of several racing handshakes go on at a time. A client that finished two would replace its own connection, or use
 * its offer up twice; so everything after the first frame waits until the daemon has answered on this route and no other
 * route is about to finish.
 */
export class HandshakeTurn {
  #holder: object | null = null;
  readonly #waiting: { readonly who: object; readonly run: () => void }[] = [];

  /** The same socket, whose second and later frames wait for their turn. */
  gate(socket: FrameSocket, who: object): FrameSocket {
    let sent = 0;
    let open = false;
    const held: Uint8Array[] = [];
    const release = (): void => {
      open = true;
      for (const frame of held.splice(0)) socket.send(frame);
    };
    const { pause, resume } = socket;
    return {
      send: (frame) => {
        if (open || sent++ === 0) return socket.send(frame);
        held.push(frame);
        if (held.length === 1) this.#take(who, release);
      },
      bufferedAmount: () => socket.bufferedAmount() + held.reduce((sum, frame) => sum + frame.length, 0),
      close: (code, reason) => socket.close(code, reason),
      attach: (handlers) => socket.attach(handlers),
      ...(pause === undefined ? {} : { pause: () => socket.pause?.() }),
      ...(resume === undefined ? {} : { resume: () => socket.resume?.() }),
    };
  }

  /** This one is over: the next that waits goes on. */
  giveUp(who: object): void {
    const at = this.#waiting.findIndex((entry) => entry.who === who);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#holder !== who) return;
    const next = this.#waiting.shift();
    this.#holder = next?.who ?? null;
    next?.run();
  }

  #take(who: object, run: () => void): void {
    if (this.#holder === null) {
      this.#holder = who;
      run();
    } else {
      this.#waiting.push({ who, run });
    }
  }
}
