import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { ConversationItem } from './conversation-items.ts';
import { PermissionCard } from './PermissionCard.tsx';

type Request = Extract<ConversationItem, { kind: 'permission' }>;

const item: Request = {
  key: 'e1',
  seq: 1,
  at: '2026-01-01T10:00:00.000Z',
  kind: 'permission',
  answer: null,
  request: {
    kind: 'permission',
    requestId: 'p',
    toolCallId: 't',
    title: 'bash',
    toolKind: 'execute',
    status: 'pending',
    content: [],
    locations: [],
    input: '{"command":"rm -rf build"}',
    output: null,
    options: [
      { optionId: 'y', name: 'Yes', kind: 'allow_once' },
      { optionId: 'n', name: 'No', kind: 'reject_once' },
    ],
  },
};

const html = (changes: Partial<Request>, canAnswer = true) =>
  renderToStaticMarkup(
    <PermissionCard
      item={{ ...item, ...changes }}
      agentName="OpenCode"
      agentTitle="Clean up"
      cwd="/home/ana/site"
      canAnswer={canAnswer}
      onAnswer={() => Promise.resolve()}
    />,
  );

describe('PermissionCard', () => {
  it('shows sentence, command, folder and agent, and focuses nothing', () => {
    const shown = html({});
    for (const part of [
      'OpenCode wants to run a command.',
      'rm -rf build',
      '/home/ana/site',
      'Clean up',
      'Allow once',
      'Deny',
    ])
      expect(shown).toContain(part);
    expect(shown).not.toMatch(/autofocus/i);
  });

  it('shows a plan that is to be approved, and lets the agent name the ways on', () => {
    const shown = html({
      request: {
        ...item.request,
        toolKind: 'switch_mode',
        title: 'Ready to code?',
        input: JSON.stringify({ plan: '# The plan\n\n1. First' }),
        options: [
          { optionId: 'a', name: 'Yes, and accept edits', kind: 'allow_always' },
          { optionId: 'n', name: 'No, keep planning', kind: 'reject_once' },
        ],
      },
    });
    for (const part of ['<h1>The plan</h1>', 'Yes, and accept edits', 'No, keep planning'])
      expect(shown).toContain(part);
    expect(shown).not.toContain('Allow once');
  });

  it('has no buttons on a device that may only look', () => {
    expect(html({}, false)).not.toContain('<button');
  });

  it('folds once it is answered', () => {
    const shown = html({
      answer: {
        option: item.request.options[0]!,
        by: { deviceId: 'd', name: 'Pixel 9' },
        at: '2026-01-01T14:03:00.000Z',
      },
    });
    expect(shown).toContain('Allowed from “Pixel 9”');
    expect(shown).not.toContain('Allow once');
    expect(shown).toContain('aria-expanded="false"');
  });
});
