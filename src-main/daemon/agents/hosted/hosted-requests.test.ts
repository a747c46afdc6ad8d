import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostedFixture, LineReader } from './hosted-fixture.ts';

// Several processes start in each.
let fixture: HostedFixture;
beforeEach(async () => {
  fixture = await HostedFixture.make();
});
afterEach(() => fixture.close());

const request = (id: unknown) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"session/request_permission","params":{}}`;

describe('a request of the program', () => {
  it('never gets the answer that an earlier daemon gave to one with the same id', async () => {
    const first = await fixture.start();
    const lines = new LineReader(first);
    await first.send(`echo ${request(7)}`, {});
    await lines.to(1);
    await first.send('echo yes', { answers: { id: 7, line: 1 } });
    await first.send(`echo ${request(7)}`, {});
    await lines.to(3);
    await first.detach();
    const second = (await fixture.attach())!;
    const again = new LineReader(second);
    await second.send('echo yes again', { answers: { id: 7, line: 1 } });
    await second.send('echo no', { answers: { id: 7, line: 3 } });
    await again.to(3);
    expect(await again.next()).toBe('no');
  });

  it('comes again to the next daemon when all else is done with, until it is answered', async () => {
    const first = await fixture.start();
    const lines = new LineReader(first);
    await first.send(`echo ${request('a')}`, {});
    await first.send(`echo ${request('b')}`, {});
    await first.send('count 3', {});
    await lines.to(5);
    await first.send('echo answered', { answers: { id: 'a', line: 1 } });
    await lines.to(6);
    first.ack(6);
    await first.sweep({ orphansOnly: true });
    await first.detach();
    const second = (await fixture.attach())!;
    expect(second.welcome).toMatchObject({ base: 6, last: 6, asked: 1 });
    const again = new LineReader(second);
    expect([await again.next(), again.n]).toEqual([request('b'), 2]);
    await second.send('echo done', { answers: { id: 'b', line: 2 } });
    expect([await again.next(), again.n]).toEqual(['done', 7]);
    await second.detach();
    expect((await fixture.attach())!.welcome).toMatchObject({ asked: 0 });
  });

  it('does not stop what the program says meanwhile, however much that is', async () => {
    const program = await fixture.start({}, { maxJournalBytes: 200_000 });
    const lines = new LineReader(program);
    await program.send(`echo ${request(1)}`, {});
    await program.send('flood 20000', {});
    while (lines.n < 20_001) {
      expect(await lines.next()).not.toBeNull();
      program.ack(lines.n);
    }
    await program.send('echo answered', { answers: { id: 1, line: 1 } });
    expect(await lines.next()).toBe('answered');
  });
});
