import { expect, it } from 'vitest';
import { enclosedWords, pausedWords } from './queue-words.ts';

it('says why messages wait', () => {
  expect(pausedWords('stopped', 1)).toBe('The last turn was stopped, so this message waits for you.');
  expect(pausedWords('failed', 3)).toBe('The last turn failed, so these 3 messages wait for you.');
  expect(pausedWords('finished', 1)).toMatch(/^The last turn did not finish/);
});

it('counts what is enclosed', () => {
  const file = { id: 'abcdefghijklmnop', name: 'a.png', mimeType: 'image/png', size: 1 };
  expect(enclosedWords({ attachments: [], mentions: [] })).toBeNull();
  expect(enclosedWords({ attachments: [file], mentions: [] })).toBe('a.png');
  expect(enclosedWords({ attachments: [file], mentions: ['src/b.ts'] })).toBe('2 files');
});
