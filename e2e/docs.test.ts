import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { toBase64url } from '../src-shared/bytes.ts';
import { SOCKET_CLOSE } from '../src-shared/channel/frame-socket.ts';
import { FIN_CODES } from '../src-shared/channel/message-connection.ts';
import { encodeRecord, type RecordType } from '../src-shared/channel/record.ts';
import { createNobleProvider } from '../src-shared/crypto/noble-provider.ts';
import { ClientHello, PairingAck, PairingMessage } from '../src-shared/devices.ts';
import * as daemonLimits from '../src-main/daemon/limits.ts';
import * as limits from '../src-shared/limits.ts';
import { Offer, offerLink, parseOfferLink } from '../src-shared/offer.ts';
import { ClientJoin, DaemonToRelay, DataOpen, RelayClose, RelayToDaemon } from '../src-shared/relay/envelopes.ts';
import { ClientMessage, DaemonEvent, DaemonMessage, RequestErrorCode } from '../src-shared/wire/messages.ts';
import { type Method, requests } from '../src-shared/wire/requests.ts';
import { EntryBody } from '../src-shared/wire/timeline.ts';
import { createNodeProvider } from '../src-main/platform/node-crypto.ts';
import { errorClasses } from './support/error-classes.ts';
import { codeBlocks, tableRows } from './support/markdown.ts';
import { protocolVectors, VECTOR_SECRETS } from './support/protocol-vectors.ts';

const root = join(import.meta.dirname, '..');
const document = (name: string): Promise<string> => readFile(join(root, name), 'utf8');
const protocol = await document('docs/protocol.md');
const blocks = codeBlocks(protocol);
const titled = (language: string, title: string): string =>
  blocks.find((block) => block.language === language && block.title === title)?.text ?? '';
const sorted = (names: Iterable<string>): string[] => [...names].sort();
/** First column of the table with this header. */
const names = (...header: string[]): string[] => tableRows(protocol, ...header).map(([name]) => name ?? '');

const SCHEMAS = {
  Offer,
  ClientHello,
  PairingMessage,
  PairingAck,
  ClientMessage,
  DaemonMessage,
  RelayToDaemon,
  DaemonToRelay,
  ClientJoin,
  DataOpen,
} satisfies Record<string, z.ZodType>;

const isMethod = (name: string): name is Method => Object.hasOwn(requests, name);

describe('docs/protocol.md', () => {
  for (const provider of [createNodeProvider(), createNobleProvider()])
    it(`has the vectors that ${provider.name} computes, and no others`, async () => {
      const hello = JSON.stringify(JSON.parse(titled('json', 'ClientHello')));
      const vectors = await protocolVectors(provider, hello);
      const shown = new Map(
        tableRows(protocol, 'value', 'vector', 'how').map(([name = '', value = '']) => [name, value]),
      );
      for (const { language, title, text } of blocks)
        if (language === 'hex') shown.set(title, text.replaceAll(/\s/g, ''));
      expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(vectors));
    });

  it('names the secrets of its vectors', () => {
    const rows = tableRows(protocol, 'secret', 'byte').map(([name = '', byte = '']) => [
      name,
      Number.parseInt(byte, 16),
    ]);
    expect(Object.fromEntries(rows)).toEqual(VECTOR_SECRETS);
  });

  it('shows an offer with its link', () => {
    const offer = Offer.parse(JSON.parse(titled('json', 'Offer')));
    const link = titled('text', 'offer link').replaceAll('\n', '');
    expect(offerLink('https://paseo.example', offer)).toBe(link);
    expect(parseOfferLink(link, 0)).toEqual(offer);
  });

  const examples = blocks.filter(({ language }) => language === 'json');
  it.each(examples.map((block, index) => ({ ...block, index })))(
    'has a valid example $index: $title',
    ({ title, text }) => {
      const [name = '', method] = title.split(' ');
      const value: unknown = JSON.parse(text);
      const schema: z.ZodType | undefined = Object.hasOwn(SCHEMAS, name)
        ? SCHEMAS[name as keyof typeof SCHEMAS]
        : undefined;
      expect(schema?.safeParse(value).error).toBeUndefined();
      expect(schema).toBeDefined();
      const asked = ClientMessage.safeParse(value).data;
      if (asked?.t === 'query' || asked?.t === 'command') checkRequest(asked);
      const answer = DaemonMessage.safeParse(value).data;
      if (answer?.t === 'result') {
        if (method === undefined || !isMethod(method)) throw new Error(`name the method of this result: ${title}`);
        requests[method].result.parse(answer.result);
      }
    },
  );

  it('has an example of every message of the relay, and of every kind of message of client and daemon', () => {
    const shown = (name: string): string[] =>
      examples
        .filter(({ title }) => title.split(' ')[0] === name)
        .map(({ text }) => (JSON.parse(text) as { t: string }).t);
    for (const [name, schema] of Object.entries({ RelayToDaemon, DaemonToRelay, DaemonMessage, PairingMessage })) {
      const kinds = schema.options.map((option) => option.shape.t.value as string);
      if (name === 'PairingMessage') kinds.splice(kinds.indexOf('declined'), 1);
      expect(sorted(new Set(shown(name))), name).toEqual(sorted(kinds));
    }
    expect(protocol).toContain(toBase64url(Buffer.from(titled('hex', 'claim signature').replaceAll('\n', ''), 'hex')));
  });

  it('lists every request with its kind and role', () => {
    const rows = tableRows(protocol, 'method', 'kind', 'role', 'what').map(([method = '', kind, role]) => [
      method,
      { kind, role },
    ]);
    const declared = Object.entries(requests).map(([method, { kind, role }]) => [method, { kind, role }]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(declared));
  });

  it('lists every event, kind of entry, error code, and reason to decline a pairing', () => {
    const topics = DaemonEvent.options.map((option) => option.shape.topic.value);
    expect(sorted(names('topic', 'what'))).toEqual(sorted(topics));
    const kinds = EntryBody.options.map((option) => option.shape.kind.value);
    expect(sorted(names('kind', 'what'))).toEqual(sorted(kinds));
    expect(sorted(names('code', 'meaning', 'what a client does'))).toEqual(sorted(new Set(RequestErrorCode.options)));
    const declined = PairingMessage.options.find((option) => option.shape.t.value === 'declined')!;
    if (!('reason' in declined.shape)) throw new Error('declined has no reason');
    expect(sorted(names('declined', 'fin', 'meaning'))).toEqual(sorted(declined.shape.reason.options));
  });

  it('lists every fin, close code, refusal and type of record with its number', () => {
    const fins = tableRows(protocol, 'fin', 'number', 'meaning').map(([name = '', number]) => [name, Number(number)]);
    expect(Object.fromEntries(fins)).toEqual(FIN_CODES);
    for (const [, fin = ''] of tableRows(protocol, 'declined', 'fin', 'meaning')) expect(FIN_CODES).toHaveProperty(fin);
    const types = tableRows(protocol, 'number', 'type', 'data');
    for (const [number, type = ''] of types) expect(encodeRecord(type as RecordType)[0]).toBe(Number(number));
    expect(types.map(([number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6]);
    const [channel, relay] = [SOCKET_CLOSE, RelayClose].map((codes) =>
      Object.entries(codes).map(([name, code]) => `${code} ${name}`),
    );
    const closes = [...protocol.matchAll(/^\| (\d{4}) +\| `(\w+)`/gm)].map(([, code, name]) => `${code} ${name}`);
    expect(sorted(closes)).toEqual(sorted([...channel!, ...relay!]));
    const refused = RelayToDaemon.options.find((option) => option.shape.t.value === 'refused')!;
    if (!('code' in refused.shape)) throw new Error('refused has no code');
    expect(sorted(names('refused', 'meaning'))).toEqual(sorted(refused.shape.code.options));
  });

  it('lists the codes of every error class', async () => {
    const rows = tableRows(protocol, 'class', 'codes').map(([name = '', codes = '']) => [
      name,
      sorted(codes.match(/[\w-]+/g) ?? []),
    ]);
    const classes = [...(await errorClasses(root))].map(([name, codes]) => [name, sorted(codes)]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(classes));
  });

  it('gives limits their values, and all of those of the relay', () => {
    const rows = tableRows(protocol, 'limit', 'value', 'of');
    const all: Readonly<Record<string, number>> = { ...limits, ...daemonLimits };
    for (const [name = '', value = ''] of rows) expect({ [name]: measure(value) }).toEqual({ [name]: all[name] });
    const listed = new Set(rows.map(([name]) => name));
    expect(Object.keys(all).filter((name) => name.startsWith('RELAY_') && !listed.has(name))).toEqual([]);
  });
});

function checkRequest({ t, method, params }: { t: 'query' | 'command'; method: string; params?: unknown }): void {
  if (!isMethod(method)) throw new Error(`no such method: ${method}`);
  expect(requests[method].kind).toBe(t);
  requests[method].params.parse(params);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `65,535 bytes`, `10 s` or `16` as limits.ts has it. */
function measure(text: string): number {
  const [number = '', unit = ''] = text.split(' ');
  return Number(number.replaceAll(',', '')) * (UNITS[unit] ?? 1);
}
