import { expect, it } from 'vitest';
import { connectionState, connectionWords } from './connection-words.ts';

it('says what happened, what it means and when it is tried again', () => {
  const offline = { state: 'offline', attempt: 2, retryAt: 18_000, reason: 'Relay unreachable' } as const;
  expect(connectionWords(offline, 'Studio', 10_000)).toBe(
    'Relay unreachable. Your agents keep running. Retrying in 8 s.',
  );
});

it('says nothing while connected', () => {
  const connected = { state: 'connected', path: 'relay', role: 'full', since: 0 } as const;
  expect(connectionWords(connected, 'Studio', 0)).toBeNull();
  expect(connectionState(connected)).toEqual({ word: 'Connected', path: 'Relay' });
});
