import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { EntryBody } from '../../src-shared/wire/timeline.ts';
import { foldConversation } from './conversation-model.ts';
import { ConversationRow } from './ConversationRow.tsx';

const by = { deviceId: 'd', name: 'Pixel 9' };

function html(...bodies: EntryBody[]): string {
  const entries = bodies.map((body, at) => ({ seq: at + 1, at: '2026-01-01T10:00:00.000Z', body }));
  return renderToStaticMarkup(
    foldConversation(entries).map((item) => <ConversationRow key={item.key} item={item} request={() => null} />),
  );
}

const link = (uri: string): EntryBody => ({
  kind: 'content',
  from: 'message',
  block: { type: 'link', uri, name: 'Look', description: null },
});

describe('ConversationRow', () => {
  it('makes a link of web addresses only, and always shows where it leads', () => {
    expect(html(link('https://example.com/a'))).toContain('href="https://example.com/a"');
    for (const uri of ['file:///etc/passwd', 'javascript:alert(1)', 'http://example.com', 'vscode://x']) {
      const shown = html(link(uri));
      expect(shown).not.toContain('href');
      expect(shown).toContain(uri);
    }
  });

  it('shows files of a message by name and size, and mentions that its text does not name', () => {
    const attachments = [{ id: 'abcdefghijklmnop', name: 'a\u202etxt.exe', mimeType: 'text/plain', size: 14_000 }];
    const shown = html({ kind: 'user', text: 'See @src/a.ts', by, attachments, mentions: ['src/a.ts', 'b.ts'] });
    expect(shown).toContain('a⟨U+202E⟩txt.exe');
    expect(shown).toContain('14 kB');
    expect(shown).toContain('b.ts');
    expect(shown.split('src/a.ts')).toHaveLength(2);
  });

  it('says of what was said before the import that it was', () => {
    expect(html({ kind: 'user', text: 'Hi', by: null })).toContain('Before the import');
  });

  it('keeps what this version does not know, closed', () => {
    const shown = html({ kind: 'other', type: 'hologram', data: '{"colour":"blue"}' });
    expect(shown).toContain('hologram');
    expect(shown).toContain('aria-expanded="false"');
  });

  it('shows an error of a turn whole, and of an ordinary end only its tokens', () => {
    const error = 'It stopped (exit code 3). Its last output:\nENOSPC';
    expect(html({ kind: 'turn-end', reason: 'failed', error })).toContain(error);
    const tokens = { input: 12_000, output: 440, total: 12_440 };
    const ended = html({ kind: 'turn-end', reason: 'end_turn', error: null, tokens });
    expect(ended).toContain('12.4k tokens');
    expect(ended).not.toContain('turn ended');
  });

  it('shows tools of kinds that it does not know, whatever the agent calls them', () => {
    const tool = (toolCallId: string): EntryBody => ({
      kind: 'tool',
      toolKind: 'constructor',
      status: 'completed',
      title: 'Build it',
      content: [],
      locations: [],
      input: null,
      output: null,
      toolCallId,
    });
    expect(html(tool('a'))).toContain('Build it');
    expect(html(tool('a'), tool('b'))).not.toContain('undefined');
  });

  it('says who changed an option', () => {
    expect(html({ kind: 'option', name: 'Mode', value: 'Plan', by })).toContain('set from “Pixel 9”');
    expect(html({ kind: 'option', name: 'Mode', value: 'Plan', by: null })).toContain('set by the agent');
  });
});
