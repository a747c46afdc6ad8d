import { afterEach, expect, test } from 'vitest';
import { agentEnvironment } from './agent-environment.ts';
import { harnessStarter } from '../supervisor-harness.ts';

const start = harnessStarter(afterEach);

const secrets = [
  'PASEO_HOME',
  'ELECTRON_RUN_AS_NODE',
  'NODE_OPTIONS',
  'npm_config_token',
  'ANTHROPIC_API_KEY',
  'AWS_SECRET',
];

test('a child gets the allow-list, what the provider entry says and its marker', () => {
  const own = { PATH: '/bin', LC_ALL: 'C', XDG_DATA_HOME: '/d', CODEX_HOME: '/c', UNSET: undefined };
  const canaries = Object.fromEntries(secrets.map((name) => [name, 'canary']));
  expect(agentEnvironment({ ...own, ...canaries }, { KEY: 'k', PATH: '/mine' }, 'abcdefgh')).toEqual({
    PATH: '/mine',
    LC_ALL: 'C',
    XDG_DATA_HOME: '/d',
    CODEX_HOME: '/c',
    KEY: 'k',
    PASEO_AGENT_ID: 'abcdefgh',
  });
});

test('a real agent sees none of the secrets of the daemon and inherits no descriptor', async () => {
  const env = Object.fromEntries(secrets.map((name) => [name, 'canary']));
  const h = await start({ env });
  const id = await h.run([...secrets.map((name) => `env ${name}`), 'env PASEO_AGENT_ID', 'fds'].join('\n'));
  const [, said] = await h.transcript(id);
  const expected = `${secrets.map((name) => `${name}=(not set)`).join('')}PASEO_AGENT_ID=${id}`;
  expect(said).toMatchObject({ kind: 'message', text: expect.stringContaining(expected) });
  const descriptors = said?.kind === 'message' ? said.text.slice(expected.length) : '?';
  expect(descriptors.split(' ').filter((target) => !/^(socket|pipe):/.test(target) && target !== '')).toEqual([]);
});
