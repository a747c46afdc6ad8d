import { expect, it } from 'vitest';
import { DisplayName } from '../../src-shared/ids.ts';
import { deviceWords } from './device-name.ts';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0';
const words = (userAgent: string, model = '', maxTouchPoints = 0) => deviceWords({ userAgent, model, maxTouchPoints });

it.each([
  [
    'Pixel 9',
    'Android, Chrome',
    'phone',
    words(`Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`, 'Pixel 9'),
  ],
  [
    'Android phone',
    'Android, Firefox',
    'phone',
    words('Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'),
  ],
  [
    'iPhone',
    'iOS, Safari',
    'phone',
    words(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1 Version/18.5 Mobile/15E148 Safari/604.1',
      '',
      5,
    ),
  ],
  [
    'iPad',
    'iOS, Safari',
    'phone',
    words('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.5 Safari/605.1', '', 5),
  ],
  [
    'Safari on macOS',
    'macOS, Safari',
    'web',
    words('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.5 Safari/605.1'),
  ],
  ['Chrome on Linux', 'Linux, Chrome', 'web', words(`Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`)],
  [
    'Edge on Windows',
    'Windows, Edge',
    'web',
    words(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/140.0.0.0`),
  ],
])('names %s', (name, platform, kind, told) => {
  expect(told).toEqual({ name, platform, kind });
});

it('always makes a name that the wire accepts', () => {
  for (const model of ['\u202eevil', '  ', 'x'.repeat(200), 'a\nb', `${'y'.repeat(63)} z`])
    expect(DisplayName.safeParse(words('Android', model).name).success).toBe(true);
});
