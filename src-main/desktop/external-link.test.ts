import { describe, expect, test } from 'vitest';
import { externalLink } from './external-link.ts';

describe('externalLink', () => {
  test('lets web pages and mail addresses leave the app', () => {
    expect(externalLink('https://example.com/a?b#c')).toBe('https://example.com/a?b#c');
    expect(externalLink('mailto:me@example.com')).toBe('mailto:me@example.com');
  });

  test.each([
    'http://example.com/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    'smb://server/share',
    'vscode://file/x',
    'paseo://pair/#offer=x',
    'https://user:word@example.com/',
    '//example.com',
    'https:',
    '',
  ])('keeps %s in', (text) => {
    expect(externalLink(text)).toBeNull();
  });
});
