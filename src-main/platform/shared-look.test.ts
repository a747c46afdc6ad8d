import { expect, test } from 'vitest';
import { SharedLook } from './shared-look.ts';

/** A look ends when the test says so; it sees its own number. */
class Looks {
  readonly ends: ((error?: Error) => void)[] = [];
  readonly shared = new SharedLook(() => {
    const number = this.ends.length + 1;
    return new Promise<number>((resolve, reject) => {
      this.ends.push((error) => (error === undefined ? resolve(number) : reject(error)));
    });
  });

  async end(number: number, error?: Error): Promise<void> {
    while (this.ends.length < number) await Promise.resolve();
    this.ends[number - 1]!(error);
  }
}

test('all who ask before a look begins share it', async () => {
  const looks = new Looks();
  const asked = [looks.shared.take(), looks.shared.take()];
  await looks.end(1);
  expect(await Promise.all(asked)).toEqual([1, 1]);
});

test('who asks while a look is under way gets the next one, with all others who do', async () => {
  const looks = new Looks();
  const first = looks.shared.take();
  while (looks.ends.length < 1) await Promise.resolve();
  const later = [looks.shared.take(), looks.shared.take()];
  await looks.end(1);
  await looks.end(2);
  expect(await Promise.all([first, ...later])).toEqual([1, 2, 2]);
});

test('a look that fails is no trouble of the next one', async () => {
  const looks = new Looks();
  const failed = looks.shared.take();
  await looks.end(1, new Error('no'));
  await expect(failed).rejects.toThrow('no');
  const next = looks.shared.take();
  await looks.end(2);
  expect(await next).toBe(2);
});
