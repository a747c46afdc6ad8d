import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ConfigLayer } from '../config/config-layer.ts';
import { parseConfigFile } from '../config/config-file.ts';
import { fileLayer } from '../config/config-layer.ts';
import { openingOf, rawHttp } from './raw-http.ts';
import { testListener } from './test-listener.ts';

/** `allowedHosts` is what stands in the configuration; `"__unset__"` means that the key is absent. */
const Case = z.object({
  id: z.string(),
  kind: z.enum(['header', 'raw']),
  host: z.string().nullable(),
  raw: z.array(z.string()).optional(),
  upgrade: z.boolean().optional(),
  allowedHosts: z.unknown(),
  expect: z.enum(['accept', 'reject']),
  why: z.string(),
  level: z.enum(['must', 'policy']),
});
const cases = z
  .array(Case)
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'host-cases.json'), 'utf8')));

const subject = testListener();
beforeAll(() => subject.listener.start());
afterAll(() => subject.listener.stop());

/** Through the configuration file, as a person would write it. */
function layer(allowedHosts: unknown): ConfigLayer {
  const daemon = allowedHosts === '__unset__' ? {} : { allowedHosts };
  return fileLayer(parseConfigFile('config.json', JSON.stringify({ daemon })).config);
}

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const ok = (accepted: boolean, status: number) => (accepted ? [status] : [400, 403, 405, 505]);

describe.each(cases.filter(({ kind }) => kind === 'header'))('$id $level: $why', (one) => {
  const accepted = one.expect === 'accept';
  test(`${one.expect}s a request`, async () => {
    subject.configure(layer(one.allowedHosts));
    const { status } = await rawHttp(subject.port(), utf8(`GET /health HTTP/1.1\r\nHost: ${one.host}\r\n\r\n`));
    expect(ok(accepted, 200)).toContain(status);
  });
  test(`${one.expect}s an upgrade`, async () => {
    subject.configure(layer(one.allowedHosts));
    const before = subject.sockets.length;
    const { status } = await rawHttp(subject.port(), utf8(openingOf({ Host: one.host })));
    expect(ok(accepted, 101)).toContain(status);
    expect(subject.sockets.length - before).toBe(accepted ? 1 : 0);
  });
});

describe.each(cases.filter(({ kind }) => kind === 'raw'))('$id $level: $why', (one) => {
  test(`${one.expect}s it`, async () => {
    subject.configure(layer(one.allowedHosts));
    const { status } = await rawHttp(subject.port(), utf8(`${one.raw!.join('\r\n')}\r\n\r\n`));
    if (one.expect === 'reject') expect([400, 403, 405, 505]).toContain(status);
    else expect([400, 403, 405, 505]).not.toContain(status);
    if (one.expect === 'accept' && one.upgrade) expect(status).toBe(101);
  });
});
