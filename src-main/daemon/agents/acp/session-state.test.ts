import { beforeEach, describe, expect, test } from 'vitest';
import { AgentDetail } from '../../../../src-shared/wire/detail.ts';
import { AgentError } from '../agent-error.ts';
import { SessionState } from './session-state.ts';

let changes: number;
let state: SessionState;

beforeEach(() => {
  changes = 0;
  state = new SessionState(() => changes++);
});

const select = (id: string, value: string, values: string[], more: object = {}) => ({
  ...{ type: 'select', id, name: id.toUpperCase(), currentValue: value },
  options: values.map((one) => ({ value: one, name: `${one}!`, description: null })),
  ...more,
});
const MODES = {
  currentModeId: 'ask',
  availableModes: [
    { id: 'ask', name: 'Ask' },
    { id: 'do', name: 'Do', description: 'd' },
  ],
};
const MODELS = {
  currentModelId: 'a',
  availableModels: [
    { modelId: 'a', name: 'A' },
    { modelId: 'b', name: 'B' },
  ],
};

/** What clients get is what their schema says. */
function detail() {
  const rest = { queue: [], queuePaused: false, continueCommand: null, login: null };
  return AgentDetail.parse({ ...state.detail(), ...rest });
}
const values = () => Object.fromEntries(detail().options.map(({ id, value }) => [id, value]));

describe('the state of a session', () => {
  test('knows what the agent can do, and nothing of what it does not say', () => {
    state.initialized({
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, audio: 'yes' },
        sessionCapabilities: { resume: {}, close: null },
      },
      authMethods: [{ id: 'x', name: 'Browser', description: 'Opens a page' }, { id: 'odd' }],
    });
    const no = { list: false, close: false, audio: false, embeddedContext: false };
    expect(state.capabilities).toEqual({ load: true, resume: true, image: true, ...no });
    expect(state.authMethods).toEqual([{ name: 'Browser', description: 'Opens a page' }]);
    expect(detail().takesImages).toBe(true);
    state.initialized({ agentCapabilities: 'none' });
    expect(Object.values(state.capabilities)).not.toContain(true);
  });

  test('has each option once, whether it is configured, an older mode, or both', () => {
    state.opened({ modes: MODES, models: MODELS });
    expect(values()).toEqual({ mode: 'ask', model: 'a' });
    expect(state.setRequest('mode', 'do')).toEqual({ method: 'session/set_mode', params: { modeId: 'do' } });
    expect(state.setRequest('model', 'b')).toEqual({ method: 'session/set_model', params: { modelId: 'b' } });
    state.opened({
      ...{ modes: MODES, models: MODELS },
      configOptions: [select('m', 'ask', ['ask', 'do'], { category: 'mode' }), select('model', 'a', ['a'])],
    });
    expect(values()).toEqual({ m: 'ask', model: 'a' });
    expect(state.setRequest('m', 'do').params).toEqual({ configId: 'm', value: 'do' });
    expect(state.update('current_mode_update', { currentModeId: 'do' })).toEqual([]);
    expect(values()).toEqual({ m: 'do', model: 'a' });
  });

  test('offers grouped choices, switches, and a value that the agent does not list', () => {
    const grouped = { type: 'select', id: 'model', name: 'Model', category: 'model', currentValue: 'mine' };
    const options = [
      { group: 'g', name: 'Fast ones', options: [{ value: 'f', name: 'F' }] },
      { value: 's', name: 'S' },
    ];
    state.opened({
      configOptions: [{ ...grouped, options }, { type: 'boolean', id: 'fast', name: 'Fast', currentValue: true }, 7],
    });
    expect(detail().options).toMatchObject([
      { choices: [{ value: 'f', group: 'Fast ones' }, { value: 's', group: null }, { value: 'mine' }] },
      { type: 'boolean', value: true },
    ]);
    expect(state.model).toBe('mine');
    expect(state.setRequest('fast', false).params).toEqual({ configId: 'fast', type: 'boolean', value: false });
  });

  test.each([
    ['mode', 'fly'],
    ['mode', true],
    ['fast', 'yes'],
    ['nothing', 'ask'],
    ['__proto__', 'ask'],
  ])('refuses the value %s = %s', (id, value) => {
    state.opened({ modes: MODES, configOptions: [{ type: 'boolean', id: 'fast', name: 'Fast', currentValue: true }] });
    expect(() => state.setRequest(id, value)).toThrow(AgentError);
    expect(() => state.setRequest(id, value)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  test('tells what a person chose by them, and what the agent changed by the agent, also when both come at once', () => {
    const options = (mode: string, effort: string) => ({
      configOptions: [select('mode', mode, ['ask', 'do']), select('effort', effort, ['low', 'high'])],
    });
    state.opened(options('ask', 'high'));
    state.setRequest('mode', 'do');
    expect(state.update('config_option_update', options('do', 'low'))).toEqual([{ name: 'EFFORT', value: 'low!' }]);
    expect(state.applied('mode', 'do', options('do', 'low'))).toEqual({ name: 'MODE', value: 'do!' });
    expect(state.update('config_option_update', options('ask', 'low'))).toEqual([{ name: 'MODE', value: 'ask!' }]);
    // It changed its mind: the choice is not made again in a new process.
    state.opened(options('do', 'low'));
    expect(state.forgotten()).toEqual([]);
  });

  test('keeps a choice when the agent answers without options, and not one that was refused', () => {
    state.opened({ modes: MODES });
    state.setRequest('mode', 'do');
    expect(state.applied('mode', 'do', null)).toEqual({ name: 'Mode', value: 'Do' });
    expect(values()).toEqual({ mode: 'do' });
    state.setRequest('mode', 'ask');
    state.refused('mode');
    expect(values()).toEqual({ mode: 'do' });
    expect(state.update('current_mode_update', { currentModeId: 'ask' })).toEqual([{ name: 'Mode', value: 'Ask' }]);
  });

  test('knows in a new process what the person had chosen, as far as it is still offered', () => {
    state.opened({ modes: MODES, models: MODELS });
    for (const [id, value] of [
      ['mode', 'do'],
      ['model', 'b'],
    ] as const) {
      state.setRequest(id, value);
      state.applied(id, value, {});
    }
    const later = new SessionState(() => {});
    later.restore(JSON.parse(JSON.stringify(state.snapshot())));
    expect(later.detail()).toEqual(state.detail());
    expect(later.forgotten()).toEqual([]);
    later.opened({ modes: MODES, models: { ...MODELS, availableModels: [{ modelId: 'a', name: 'A' }] } });
    expect(later.forgotten()).toEqual([{ optionId: 'mode', value: 'do' }]);
  });

  test.each([null, 'text', {}, { options: [{}] }, { chosen: [['x', 5]] }])(
    'begins anew from the snapshot %j',
    (snapshot) => {
      state.restore(snapshot);
      expect(detail().options).toEqual([]);
      expect(state.forgotten()).toEqual([]);
    },
  );

  test('is bounded however much the agent says, and small enough to be kept', () => {
    const long = 'x'.repeat(10_000);
    const options = Array.from({ length: 100 }, (_, i) => ({
      ...select(
        `o${i}`,
        'v0',
        Array.from({ length: 600 }, (__, n) => `v${n}`),
        { description: long, category: long },
      ),
      name: long,
    }));
    state.opened({ configOptions: [...options, select(long, 'a', ['a'])] });
    const availableCommands = Array.from({ length: 900 }, (_, i) => ({
      name: `c${i}`,
      description: long,
      input: { hint: long },
    }));
    state.update('available_commands_update', { availableCommands: [...availableCommands, { name: '' }] });
    expect(detail().commands).toHaveLength(500);
    expect(detail().options.length).toBeLessThanOrEqual(32);
    expect(JSON.stringify(state.snapshot()).length).toBeLessThan(1024 * 1024);
  });

  test('counts tokens, remembers the cost, and is quiet about what did not change', () => {
    state.update('usage_update', { used: 10, size: 100, cost: { amount: 0.5, currency: 'USD' } });
    const before = changes;
    state.update('usage_update', { used: 10, size: 100 });
    expect(changes).toBe(before);
    expect(detail().usage).toEqual({ used: 10, size: 100, cost: { amount: 0.5, currency: 'USD' } });
    expect(state.update('usage_update', { used: -1, size: 0 })).toBeNull();
    expect(state.update('usage_update', { used: Infinity, size: 0 })).toBeNull();
  });
});
