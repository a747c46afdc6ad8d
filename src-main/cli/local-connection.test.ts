import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localConnection } from './local-connection.ts';
import { thisComputer } from './this-computer.ts';

test('a daemon that takes connections and says nothing is given up', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paseo-local-'));
  const path = join(folder, 'daemon.sock');
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(path);
  await once(server, 'listening');
  const hello = { ...thisComputer({ version: '1' } as never), clientInstance: '0'.repeat(32) };
  await expect(localConnection(path, 50)(new AbortController().signal, hello)).rejects.toMatchObject({
    code: 'unreachable',
  });
  for (const socket of sockets) socket.destroy();
  server.close();
  await rm(folder, { recursive: true });
});
