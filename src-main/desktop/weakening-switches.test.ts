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

  test('is not moved by a link that looks like one', () => {
    expect(weakeningSwitches(['paseo', 'paseo://pair/#offer=--no-sandbox'])).toEqual([]);
  });
});
