import { expect, it } from 'vitest';
import { versionWords } from './version-words.ts';

it('says which side to update, and nothing when versions are not the matter', () => {
  expect(versionWords(new Set(['unreachable', 'daemon_newer']))).toMatch(/Update Paseo on this device/);
  expect(versionWords(new Set(['daemon_older']))).toMatch(/Update Paseo on the computer/);
  expect(versionWords(new Set(['version_unsupported']))).toMatch(/here and on the computer/);
  expect(versionWords(new Set(['refused']))).toBeNull();
});
