import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { ItemOf } from './conversation-items.ts';
import { QuestionCard } from './QuestionCard.tsx';

type Item = ItemOf<'question'>;

const field = {
  type: 'text',
  name: 'name',
  label: 'Name of the service',
  description: 'Lower case.',
  required: true,
  format: null,
  minLength: null,
  maxLength: null,
  initial: 'parser',
} as const;
const question: Item['question'] = {
  kind: 'question',
  questionId: 'q',
  message: 'A few facts, please.',
  fields: [field],
  url: null,
  toolCallId: null,
};
const item: Item = { key: 'e1', seq: 1, at: '2026-01-01T10:00:00.000Z', kind: 'question', question, answer: null };

const html = (changes: Partial<Item> = {}, { canAnswer = true, connected = true } = {}) =>
  renderToStaticMarkup(
    <QuestionCard
      item={{ ...item, ...changes }}
      agentName="OpenCode"
      canAnswer={canAnswer}
      connected={connected}
      onAnswer={() => Promise.resolve()}
    />,
  );
const page = (url: string) => html({ question: { ...question, fields: [], url } });

describe('QuestionCard', () => {
  it('asks with label, explanation and what the agent proposes, and focuses nothing', () => {
    const shown = html();
    for (const part of ['A few facts, please.', 'Name of the service', 'Lower case.', 'parser', 'Answer', 'Decline'])
      expect(shown).toContain(part);
    expect(shown).not.toMatch(/autofocus/i);
  });

  it('cannot be answered on a device that may only look, nor without a connection', () => {
    expect(html({}, { canAnswer: false })).not.toContain('<button');
    expect(html({}, { connected: false }).match(/<button[^>]*>/g)).toEqual(
      html()
        .match(/<button[^>]*>/g)
        ?.map((button) => button.replace('>', ' disabled="">')),
    );
  });

  it('shows the address of a page in full and whose it is', () => {
    const shown = page('https://login.example.com/a?b=c');
    expect(shown).toContain('https://login.example.com/a?b=c</code>');
    expect(shown).toContain('<strong>login.example.com</strong>');
    expect(shown).toContain('href="https://login.example.com/a?b=c" target="_blank" rel="noopener noreferrer"');
  });

  it('does not open a page that is not encrypted', () => {
    const shown = page('http://login.example.com/');
    expect(shown).toContain('http://login.example.com/</code>');
    expect(shown).not.toContain('href');
  });

  it('folds once it is answered', () => {
    const by = { deviceId: 'd', name: 'Pixel 9' };
    const answer = { action: 'accept', values: { name: 'x' }, by, at: '2026-01-01T14:03:00.000Z' } as const;
    const shown = html({ answer });
    expect(shown).toContain('Answered from “Pixel 9”');
    expect(shown).not.toContain('<form');
  });
});
