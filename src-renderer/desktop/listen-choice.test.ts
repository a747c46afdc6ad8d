import { describe, expect, it } from 'vitest';
import { isEverywhere, readListen, writeListen } from './listen-choice.ts';

const local = ['192.168.1.20', '100.64.0.9', 'fd7a:115c::9'];

describe('listen choice', () => {
  it.each([
    [['127.0.0.1:6767'], { kind: 'nothing' }],
    [['127.0.0.1:6767', '100.64.0.9:6767'], { kind: 'local', address: '100.64.0.9' }],
    [['127.0.0.1:7000', '[fd7a:115c::9]:7000'], { kind: 'local', address: 'fd7a:115c::9' }],
    [['127.0.0.1:6767', '10.0.0.1:6767'], { kind: 'other', addresses: ['10.0.0.1:6767'] }],
    [['127.0.0.1:6767', '100.64.0.9:7000'], { kind: 'other', addresses: ['100.64.0.9:7000'] }],
    [['/run/paseo.sock', '192.168.1.20:6767'], { kind: 'local', address: '192.168.1.20' }],
    [
      ['6767', '192.168.1.20:6767', '100.64.0.9:6767'],
      { kind: 'other', addresses: ['192.168.1.20:6767', '100.64.0.9:6767'] },
    ],
  ])('reads %j and writes it back unchanged', (listen, also) => {
    const choice = readListen(listen, local);
    expect(choice.also).toEqual(also);
    expect(writeListen(choice)).toEqual(listen);
  });

  it('takes the port of the main address for a chosen one', () => {
    expect(writeListen({ main: '[::1]:7777', also: { kind: 'local', address: '192.168.1.20' } })).toEqual([
      '[::1]:7777',
      '192.168.1.20:7777',
    ]);
  });

  it('knows addresses that take connections from everywhere', () => {
    expect(['0.0.0.0:1', '[::]:1', '127.0.0.1:1', '[::1]:1', '10.0.0.0:1'].map(isEverywhere)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
