/**
 * The rules of one `.gitignore`, as gitignore(5) describes them. A file of a stranger's repository must not stop the daemon, so matching
 * takes at most length × length steps and never tries again and again, as a regular expression would.
 */
export class IgnoreRules {
  readonly #rules: readonly Rule[];

  constructor(text: string) {
    this.#rules = text
      .replace(/^\ufeff/, '')
      .split('\n', MAX_RULES)
      .flatMap((line) => parseRule(line) ?? []);
  }

  get empty(): boolean {
    return this.#rules.length === 0;
  }

  /**
   * Whether a file or folder is ignored, by the last rule that is about it; null when none is. `segments`: its path from the folder
   * that the rules are in. The folders above it are not ignored, or it would not be asked about.
   */
  ignores(segments: readonly string[], isFolder: boolean): boolean | null {
    for (let i = this.#rules.length - 1; i >= 0; i--) {
      const rule = this.#rules[i]!;
      if (rule.folderOnly && !isFolder) continue;
      const found = rule.anchored
        ? wild(rule.segments, segments, ANY_FOLDERS, globMatches)
        : globMatches(rule.segments[0]!, segments.at(-1)!);
      if (found) return !rule.negated;
    }
    return null;
  }
}

const MAX_RULES = 1000;
const ANY_FOLDERS = '**';

interface Rule {
  readonly negated: boolean;
  readonly folderOnly: boolean;
  /** About paths from the folder of the rules on; otherwise about names at any depth. */
  readonly anchored: boolean;
  readonly segments: readonly Segment[];
}

/** One part of a path: `**`, a name without wildcards, or a pattern. */
type Segment = string | readonly Token[];
type Token = { readonly type: 'char'; readonly char: string } | typeof ONE | typeof MANY | CharClass;
interface CharClass {
  readonly type: 'class';
  readonly negated: boolean;
  readonly has: (char: string) => boolean;
}
const ONE = { type: 'one' } as const;
const MANY = { type: 'many' } as const;

function parseRule(line: string): Rule | null {
  let text = line.replace(/\r$/, '');
  if (text.startsWith('#')) return null;
  // Spaces at the end do not count unless they are escaped.
  while (text.endsWith(' ') && !/(?:^|[^\\])(?:\\\\)*\\ $/.test(text)) text = text.slice(0, -1);
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const folderOnly = text.endsWith('/');
  if (folderOnly) text = text.slice(0, -1);
  const anchored = text.includes('/');
  const parts = text.replace(/^\//, '').split('/');
  const segments = parts.map((part) => (part === ANY_FOLDERS && anchored ? ANY_FOLDERS : parseSegment(part)));
  if (text === '' || segments.some((segment) => segment === null || segment.length === 0)) return null;
  return { negated, folderOnly, anchored, segments: segments as Segment[] };
}

/** null for one that matches nothing, as git has it: a class that does not end, a backslash at the end. */
function parseSegment(text: string): Segment | null {
  const chars = Array.from(text);
  const tokens: Token[] = [];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    if (char === '*') {
      if (tokens.at(-1) !== MANY) tokens.push(MANY);
    } else if (char === '?') tokens.push(ONE);
    else if (char === '[') {
      const parsed = parseClass(chars, i);
      if (parsed === null) return null;
      tokens.push(parsed.token);
      i = parsed.end;
    } else if (char === '\\') {
      const escaped = chars[++i];
      if (escaped === undefined) return null;
      tokens.push({ type: 'char', char: escaped });
    } else tokens.push({ type: 'char', char });
  }
  const plain = tokens.every((token) => token.type === 'char');
  const name = tokens.map((token) => (token.type === 'char' ? token.char : '')).join('');
  return plain && name !== ANY_FOLDERS ? name : tokens;
}

/** `[a-z]`, `[!abc]`, `[[:digit:]]` from its bracket on. */
function parseClass(chars: readonly string[], start: number): { token: CharClass; end: number } | null {
  let i = start + 1;
  const negated = chars[i] === '!' || chars[i] === '^';
  if (negated) i++;
  const tests: ((char: string) => boolean)[] = [];
  for (let first = true; first || chars[i] !== ']'; first = false, i++) {
    const named = chars[i] === '[' && chars[i + 1] === ':' ? chars.indexOf(']', i + 2) : -1;
    if (named > 0 && chars[named - 1] === ':') {
      const posix = POSIX.get(chars.slice(i + 2, named - 1).join(''));
      if (posix === undefined) return null;
      tests.push((char) => posix.test(char));
      i = named;
      continue;
    }
    if (chars[i] === '\\') i++;
    const from = chars[i];
    if (from === undefined) return null;
    if (chars[i + 1] === '-' && chars[i + 2] !== ']' && chars[i + 2] !== undefined) {
      i += chars[i + 2] === '\\' ? 3 : 2;
      const to = chars[i];
      if (to === undefined) return null;
      tests.push((char) => char >= from && char <= to);
    } else tests.push((char) => char === from);
  }
  return { token: { type: 'class', negated, has: (char) => tests.some((test) => test(char)) }, end: i };
}

const POSIX: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /^[A-Za-z0-9]$/],
  ['alpha', /^[A-Za-z]$/],
  ['blank', /^[ \t]$/],
  ['cntrl', /^[\u0000-\u001f\u007f]$/],
  ['digit', /^[0-9]$/],
  ['graph', /^[!-~]$/],
  ['lower', /^[a-z]$/],
  ['print', /^[ -~]$/],
  ['punct', /^[!-/:-@[-`{-~]$/],
  ['space', /^[ \t\n\r\v\f]$/],
  ['upper', /^[A-Z]$/],
  ['xdigit', /^[0-9A-Fa-f]$/],
]);

function globMatches(segment: Segment, name: string): boolean {
  if (typeof segment === 'string') return segment === name;
  return wild(segment, Array.from(name), MANY, (token, char) => {
    switch (token.type) {
      case 'char':
        return token.char === char;
      case 'one':
        return true;
      case 'many':
        return false;
      case 'class':
        return token.has(char) !== token.negated;
    }
  });
}

/** Whether `pattern` is about all of `items`; `star` stands for any number of them, at the end of a path for one or more. */
function wild<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  star: P,
  matches: (part: P, item: T) => boolean,
): boolean {
  let at = 0;
  let starAt = -1;
  let from = 0;
  let i = 0;
  while (i < items.length) {
    if (at < pattern.length && pattern[at] === star) {
      starAt = at++;
      from = i;
    } else if (at < pattern.length && matches(pattern[at]!, items[i]!)) {
      at++;
      i++;
    } else if (starAt >= 0) {
      // Only the last star need give more: whatever an earlier one would take, this one can.
      at = starAt + 1;
      i = ++from;
    } else return false;
  }
  while (at < pattern.length && pattern[at] === star && star !== (ANY_FOLDERS as P)) at++;
  return at === pattern.length;
}
