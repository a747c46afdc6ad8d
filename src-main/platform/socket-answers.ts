import { connect } from 'node:net';
import { SOCKET_ANSWER_TIMEOUT_MS } from '../../src-shared/limits.ts';

/** Whether anybody listens on the Unix socket at `path`. */
export function socketAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: SOCKET_ANSWER_TIMEOUT_MS });
    const finish = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', finish(true));
    // Somebody is there and does not get to it.
    socket.once('timeout', finish(true));
    socket.once('error', finish(false));
  });
}
