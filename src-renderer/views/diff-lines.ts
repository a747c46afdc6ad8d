/** One line of a shown difference; `gap` stands for unchanged lines that are left out. */
export type DiffLine =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly text: string }
  | { readonly kind: 'gap'; readonly count: number };

/** Largest table of the exact comparison (about 10 ms); beyond it the changed middle counts as replaced. */
const MAX_TABLE = 1_000_000;
const CONTEXT = 3;

/** Lines that differ with three lines around them. `oldText` null is a new file. */
export function diffLines(oldText: string | null, newText: string): DiffLine[] {
  return withoutFarLines(allLines(oldText === null ? [] : split(oldText), split(newText)));
}

/** How many lines came and went. */
export function diffCounts(lines: readonly DiffLine[]): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const line of lines) {
    if (line.kind === 'added') added++;
    if (line.kind === 'removed') removed++;
  }
  return { added, removed };
}

function split(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function allLines(before: string[], after: string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const same = (text: string): DiffLine => ({ kind: 'same', text });
  return [
    ...before.slice(0, start).map(same),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** Longest common subsequence by the textbook table. */
function changed(before: string[], after: string[]): DiffLine[] {
  const width = after.length + 1;
  if (before.length * after.length > MAX_TABLE || before.length === 0 || after.length === 0)
    return [
      ...before.map((text): DiffLine => ({ kind: 'removed', text })),
      ...after.map((text): DiffLine => ({ kind: 'added', text })),
    ];
  const table = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      table[i * width + j] =
        before[i] === after[j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ kind: 'same', text: before[i++]! });
      j++;
    } else if (i < before.length && (j === after.length || table[(i + 1) * width + j]! >= table[i * width + j + 1]!)) {
      lines.push({ kind: 'removed', text: before[i++]! });
    } else lines.push({ kind: 'added', text: after[j++]! });
  }
  return lines;
}

function withoutFarLines(lines: DiffLine[]): DiffLine[] {
  const near = new Uint8Array(lines.length);
  lines.forEach((line, at) => {
    if (line.kind === 'same') return;
    near.fill(1, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  const out: DiffLine[] = [];
  let count = 0;
  lines.forEach((line, at) => {
    if (near[at] === 0) {
      count++;
      return;
    }
    if (count > 0) out.push({ kind: 'gap', count });
    count = 0;
    out.push(line);
  });
  if (count > 0) out.push({ kind: 'gap', count });
  return out;
}
