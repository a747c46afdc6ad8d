import { describe, expect, test } from 'vitest';
import { weakeningSwitches } from './weakening-switches.ts';

describe('weakeningSwitches', () => {
  test('names what would open a released app to others', () => {
    const args = [
      'paseo',
      '--remote-debugging-port=9222',
      '--no-sandbox',
      '-inspect',
      '--inspect-brk=0',
      '--js-flags=x',
    ];
    expect(weakeningSwitches(args)).toEqual([
      '--remote-debugging-port',
      '--no-sandbox',
      '--inspect',
      '--inspect-brk',
      '--js-flags',
    ]);
  });

  test('lets the switches pass that only say how to draw', () => {
    expect(weakeningSwitches(['paseo', '--ozone-platform=wayland', '--disable-gpu', '--enable-logging'])).toEqual([]);
  });

  test('knows how they are written on Windows', () => {
    const args = ['/no-sandbox', '--Remote-Debugging-Port=1', '-INSPECT', '/home/x'];
    expect(weakeningSwitches(args, 'win32')).toEqual(['--no-sandbox', '--remote-debugging-port', '--inspect']);
    expect(weakeningSwitches(['/no-sandbox'], 'linux')).toEqual([]);
  });

  test('is not moved by a link that looks like one', () => {
    expect(weakeningSwitches(['paseo', 'paseo://pair/#offer=--no-sandbox'])).toEqual([]);
  });
});
