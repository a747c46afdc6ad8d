import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { OfferClipboard } from './offer-clipboard.ts';

function setUp() {
  let text = 'before';
  const cleared: (() => void)[] = [];
  const clipboard = {
    readText: () => text,
    writeText: (next: string) => void (text = next),
    clear: () => {
      text = '';
      for (const wake of cleared.splice(0)) wake();
    },
  };
  const clock = new ManualClock();
  const nextClear = () => new Promise<void>((resolve) => cleared.push(resolve));
  return { clipboard, clock, nextClear, offers: new OfferClipboard(clipboard, clock) };
}

describe('OfferClipboard', () => {
  test('takes the link out after a minute', async () => {
    const { clipboard, clock, nextClear, offers } = setUp();
    await offers.copy('link');
    clock.advance(59_999);
    expect(clipboard.readText()).toBe('link');
    const cleared = nextClear();
    clock.advance(1);
    await cleared;
    expect(clipboard.readText()).toBe('');
  });

  test('leaves what the person copied since', async () => {
    const { clipboard, offers } = setUp();
    await offers.copy('link');
    clipboard.writeText('mine');
    await offers.clear();
    expect(clipboard.readText()).toBe('mine');
  });

  test('outlives a clipboard that cannot be read any more', async () => {
    const { clipboard, clock, offers } = setUp();
    await offers.copy('link');
    const asked = new Promise<void>((resolve) => {
      clipboard.readText = () => {
        resolve();
        throw new Error('expected by this test');
      };
    });
    clock.advance(60_000);
    await asked;
    // An unhandled rejection would be reported by now, and fail this run.
    await new Promise(setImmediate);
    await expect(offers.clear()).resolves.toBeUndefined();
  });

  test('gives a second copy its own minute', async () => {
    const { clock, offers } = setUp();
    await offers.copy('first');
    clock.advance(50_000);
    await offers.copy('second');
    expect(clock.armed).toBe(1);
    clock.advance(50_000);
    expect(clock.armed).toBe(1);
  });

  test('takes it out at once when the app quits, and leaves everything else', async () => {
    const { clipboard, clock, offers } = setUp();
    await offers.clear();
    expect(clipboard.readText()).toBe('before');
    await offers.copy('link');
    await offers.clear();
    expect(clipboard.readText()).toBe('');
    expect(clock.armed).toBe(0);
  });
});
