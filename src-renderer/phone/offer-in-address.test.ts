import { expect, it } from 'vitest';
import { takeOfferLink } from './offer-in-address.ts';

function open(hash: string) {
  const replaced: unknown[] = [];
  const link = takeOfferLink(
    { hash, pathname: '/app/', search: '?x=1' },
    { replaceState: (_state, _title, url) => replaced.push(url) },
  );
  return { link, replaced };
}

it('takes the link out of the address before anything else can see it', () => {
  expect(open('#offer=abc')).toEqual({ link: '#offer=abc', replaced: ['/app/?x=1'] });
});

it('takes a broken link out too', () => {
  expect(open('#offer=%00<>')).toEqual({ link: '#offer=%00<>', replaced: ['/app/?x=1'] });
});

it('leaves other fragments alone', () => {
  expect(open('#/agent/abcdefgh')).toEqual({ link: null, replaced: [] });
  expect(open('')).toEqual({ link: null, replaced: [] });
});
