/** What is being typed in front of the caret that can be completed: `@path` anywhere, `/command` at the very start. */
export interface CompletionToken {
  readonly kind: 'file' | 'command';
  /** Without the `@` or `/`. */
  readonly query: string;
  /** The token's place in the text, mark included, up to the caret. */
  readonly from: number;
  readonly to: number;
}

/** The token that ends at the caret; null when none does. */
export function tokenAt(text: string, caret: number): CompletionToken | null {
  const before = text.slice(0, caret);
  const command = /^\/([^\s/]*)$/.exec(before);
  if (command) return { kind: 'command', query: command[1] ?? '', from: 0, to: caret };
  const file = /(?:^|[\s([{"'`])@([^\s@]*)$/.exec(before);
  if (!file) return null;
  const query = file[1] ?? '';
  return { kind: 'file', query, from: caret - query.length - 1, to: caret };
}

/** The text with the token replaced, and where the caret goes. A space follows, unless something more may be typed at once. */
export function complete(
  text: string,
  token: CompletionToken,
  value: string,
  more: boolean,
): { text: string; caret: number } {
  const mark = token.kind === 'file' ? '@' : '/';
  const rest = text.slice(token.to);
  const space = more || /^\s/.test(rest) ? '' : ' ';
  const inserted = `${mark}${value}${space}`;
  const step = !more && space === '' ? 1 : 0;
  return { text: text.slice(0, token.from) + inserted + rest, caret: token.from + inserted.length + step };
}

/**
 * Of the paths that were chosen, those that the text still names as `@path`, in the order of the text, each once. Where two
 * could be meant (`@src/` and `@src/main.ts`) it is the longer one.
 */
export function mentionsIn(text: string, chosen: readonly string[]): string[] {
  const longestFirst = chosen.toSorted((a, b) => b.length - a.length);
  const found = new Set<string>();
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const path = longestFirst.find((candidate) => isNamedAt(text, at + 1, candidate));
    if (path !== undefined) found.add(path);
  }
  return [...found];
}

/** The text without the mark of one mention: its words stay, as plain text. */
export function withoutMention(text: string, path: string, chosen: readonly string[]): string {
  const others = chosen.filter((candidate) => candidate !== path && candidate.startsWith(path));
  let out = text;
  for (let at = out.indexOf('@'); at >= 0; at = out.indexOf('@', at + 1)) {
    const longer = others.some((candidate) => isNamedAt(out, at + 1, candidate));
    if (!longer && isNamedAt(out, at + 1, path)) out = out.slice(0, at) + out.slice(at + 1);
  }
  return out;
}

function isNamedAt(text: string, at: number, path: string): boolean {
  return text.startsWith(path, at) && !/^[\p{L}\p{N}_]/u.test(text.slice(at + path.length));
}
