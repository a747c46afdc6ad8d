import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rpcHead } from './rpc-head.ts';
import { TurnBook } from './turn-book.ts';

const head = (text: string) => rpcHead(Buffer.from(text));

describe('rpcHead', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":5,"result":{"id":6,"method":"x"}}', { id: 5, hasMethod: false }],
    ['{"method":"session/update","params":{"id":1,"list":[{"id":2},"}",3]}}', { id: undefined, hasMethod: true }],
    ['{"params":{"text":"a \\" } , \\\\"},"method":"m","id":"r-1"}', { id: 'r-1', hasMethod: true }],
    [' { "id" : null , "method" : "m" } \r', { id: null, hasMethod: true }],
    ['{"id":{"a":1},"method":"m"}', { id: undefined, hasMethod: true }],
    ['{"id":-1.5e3}', { id: -1500, hasMethod: false }],
    ['{}', { id: undefined, hasMethod: false }],
    ['plain text', null],
    ['[1]', null],
    ['', null],
  ])('reads %s', (text, expected) => {
    expect(head(text)).toEqual(expected);
  });

  it('agrees with the parser about any message', () => {
    const id = fc.oneof(fc.integer(), fc.string(), fc.constant(null));
    const message = fc.record(
      { id, params: fc.jsonValue(), method: fc.string(), 'a"b\\': fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(message, fc.nat({ max: 2 }), (value, space) => {
        expect(head(JSON.stringify(value, null, ' '.repeat(space)).replaceAll('\n', ' '))).toEqual({
          id: value.id,
          hasMethod: 'method' in value,
        });
      }),
    );
  });

  it('does not fail on anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        rpcHead(Buffer.concat([Buffer.from('{"'), bytes]));
      }),
    );
  });
});

describe('TurnBook', () => {
  it('tells which answer belongs to a request that waits', () => {
    const book = new TurnBook();
    book.hears(4, Buffer.from('{"id":7,"method":"session/request_permission"}'));
    expect(book.sends({ answers: { id: 7, line: 3 } })).toBe(false);
    expect(book.sends({ answers: { id: 7, line: 4 } })).toBe(true);
    expect(book.sends({ answers: { id: 7, line: 4 } })).toBe(false);
  });

  it('knows the highest request and whether the last prompt is open', () => {
    const book = new TurnBook();
    book.sends({ id: 3, method: 'session/prompt' });
    book.sends({ id: 4, method: 'session/set_mode' });
    book.hears(1, Buffer.from('{"id":4,"result":{}}'));
    expect(book).toMatchObject({ highestRequestId: 4, lastPromptId: 3, promptOpen: true });
    book.hears(2, Buffer.from('{"id":3,"method":"of the program itself"}'));
    expect(book.promptOpen).toBe(true);
    book.hears(3, Buffer.from('{"id":3,"error":{"code":1,"message":"no"}}'));
    expect(book.promptOpen).toBe(false);
  });
});
