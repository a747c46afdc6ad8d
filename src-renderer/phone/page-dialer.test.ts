import { describe, expect, it } from 'vitest';
import type { Dialer } from '../../src-shared/client/dialer.ts';
import { pageDialer } from './page-dialer.ts';

const reached = new Error('reached the network');
const network: Dialer = { direct: () => Promise.reject(reached), relay: () => Promise.reject(reached) };
const signal = new AbortController().signal;

function attempt(page: string, address: string, tls = false): Promise<unknown> {
  return pageDialer(network, new URL(page)).direct({ address, tls }, signal);
}

describe('the routes a page tries', () => {
  it.each([
    ['http://127.0.0.1:6767', '127.0.0.1:6767'],
    ['http://localhost:6767', '[::1]:6767'],
    ['http://192.168.1.2:6767', '192.168.1.2:6767'],
    ['http://192.168.1.2:6767', '100.64.0.3:6767'],
  ])('%s dials %s', async (page, address) => {
    await expect(attempt(page, address)).rejects.toBe(reached);
  });

  it.each([
    ['http://192.168.1.2:6767', '127.0.0.1:6767'],
    ['https://app.example.com', '127.0.0.1:6767'],
    ['https://app.example.com', '192.168.1.2:6767'],
    ['http://localhost.example.com', '[::1]:6767'],
  ])('%s leaves out %s', async (page, address) => {
    await expect(attempt(page, address)).rejects.toMatchObject({ code: 'blocked_by_page' });
  });

  it('dials a direct address with TLS, and every relay, from an https page', async () => {
    await expect(attempt('https://app.example.com', 'home.example.com:443', true)).rejects.toBe(reached);
    const route = { endpoint: 'relay.example.com:443', tls: true, sessionId: 'a'.repeat(32), token: 'A'.repeat(43) };
    await expect(pageDialer(network, new URL('https://app.example.com')).relay(route, signal)).rejects.toBe(reached);
  });
});
