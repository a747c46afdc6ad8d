import { describe, expect, it } from 'vitest';
import { SettingsPatch } from '../../src-shared/config/schema.ts';
import { TEXT_SETTINGS, typedHosts, typedListen, typedOrigins } from './settings-values.ts';
import type { Typed } from './settings-values.ts';

const wrong = (typed: Typed) => (typed.ok ? null : typed.message);

describe('typed settings', () => {
  it.each([
    ['a relay', TEXT_SETTINGS.relayEndpoint(' relay.example.com:443 ')],
    ['no relay', TEXT_SETTINGS.relayEndpoint('')],
    ['a base URL', TEXT_SETTINGS.baseUrl('https://paseo.example.com/app')],
    ['hosts', typedHosts('paseo.example.com, .example.org\n\n')],
    ['origins', typedOrigins('https://app.example.com')],
    ['listening', typedListen('127.0.0.1:6767', ['/run/p.sock'])],
  ])('makes a patch of %s that the settings accept', (_name, typed) => {
    expect(typed.ok && SettingsPatch.safeParse(typed.patch).success).toBe(true);
  });

  it('goes back to the default when a field is emptied', () => {
    expect(typedHosts(' \n')).toEqual({ ok: true, patch: { allowedHosts: null } });
    expect(TEXT_SETTINGS.name('  ')).toEqual({ ok: true, patch: { name: null } });
  });

  it.each([
    ['a scheme in a relay', TEXT_SETTINGS.relayEndpoint('https://relay.example.com')],
    ['a relay without a port', TEXT_SETTINGS.relayEndpoint('relay.example.com')],
    ['a relay port above 65535', TEXT_SETTINGS.relayEndpoint('relay.example.com:70000')],
    ['a fragment in a base URL', TEXT_SETTINGS.baseUrl('https://x.example/#a')],
    ['another scheme', TEXT_SETTINGS.baseUrl('javascript:alert(1)')],
    ['a listen port above 65535', typedListen('127.0.0.1:99999', [])],
    ['no listen address', typedListen('', [])],
  ])('says what is wrong with %s', (_name, typed) => {
    expect(wrong(typed)).toMatch(/Use /);
  });

  it('names the entry of a list that is wrong', () => {
    expect(wrong(typedHosts('good.example\nbad host'))).toContain('“bad host”');
    expect(wrong(typedOrigins('https://app.example.com/'))).toContain('“https://app.example.com/”');
  });
});
