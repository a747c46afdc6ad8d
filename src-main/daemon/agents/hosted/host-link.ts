import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import { FrameReader, writeMessage } from '../../../agent-host/frames.ts';
import type { Frame } from '../../../agent-host/frames.ts';
import { FrameType, HOST_PROTOCOL } from '../../../agent-host/host-protocol.ts';
import type { Hello, HostWelcome } from '../../../agent-host/host-protocol.ts';
import { MAX_AGENT_LINE_BYTES } from '../../../agent-host/limits.ts';
import { HOST_ATTACH_TIMEOUT_MS } from '../../limits.ts';
import { WelcomeMessage } from './host-messages.ts';

/** A host that took us as its daemon. `early`: frames that came with its welcome. The socket is paused. */
export interface HostLink {
  readonly socket: Socket;
  readonly reader: FrameReader;
  readonly welcome: HostWelcome;
  readonly early: readonly Frame[];
}

/** `refused`: it speaks another version; `silent`: somebody is there and does not answer; `gone`: nobody is. */
type Dialled = HostLink | 'refused' | 'silent' | 'gone';

/** Says hello to the host behind `path`. Rejects only with the reason of `signal`. */
export async function dialHost(
  path: string,
  { hostId, from }: Omit<Hello, 'protocol'>,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal | undefined },
): Promise<Dialled> {
  signal?.throwIfAborted();
  const socket = connect({ path });
  const reader = new FrameReader(MAX_AGENT_LINE_BYTES + FRAME_EXTRA_BYTES);
  const dialled = await new Promise<Dialled | 'aborted'>((resolve) => {
    const finish = (result: Dialled | 'aborted'): void => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      socket.pause();
      socket.off('data', onData).off('close', onGone);
      if (typeof result === 'string') socket.destroy();
      resolve(result);
    };
    const onAbort = (): void => finish('aborted');
    const onGone = (): void => finish('gone');
    const onData = (chunk: Buffer): void => {
      try {
        const [first, ...early] = reader.push(chunk);
        if (first === undefined) return;
        if (first.type === FrameType.refused) return finish('refused');
        if (first.type !== FrameType.welcome) throw new Error('no welcome');
        const welcome = readMessage(WelcomeMessage, first.payload);
        if (welcome.hostId !== hostId) throw new Error('another host');
        finish({ socket, reader, welcome, early });
      } catch {
        finish('refused');
      }
    };
    const cancel = clock.after(HOST_ATTACH_TIMEOUT_MS, () => finish('silent'));
    signal?.addEventListener('abort', onAbort, { once: true });
    // An error is followed by the close.
    socket.on('error', () => {});
    socket.on('data', onData).on('close', onGone);
    writeMessage(socket, FrameType.hello, { protocol: HOST_PROTOCOL, hostId, from });
  });
  if (dialled !== 'aborted') return dialled;
  signal!.throwIfAborted();
  return 'gone';
}

/** Throws when the payload is not as `schema` says. */
export function readMessage<T>(schema: z.ZodType<T>, payload: Buffer): T {
  return schema.parse(JSON.parse(payload.toString('utf8')));
}

/** A line's number. */
const FRAME_EXTRA_BYTES = 8;
