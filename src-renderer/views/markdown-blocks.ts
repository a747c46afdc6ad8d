const FENCE = /^( *)(`{3,}(?=[^`]*$)|~{3,})/;
const LIST_ITEM = /^(?:[-+*]|\d{1,9}[.)])(?:\s|$)/;
/** A definition serves links anywhere in the text, and HTML may go over empty lines: such text stays in one piece. */
const WHOLE = /^ {0,3}(?:\[[^\]]+\]:|<)/m;

/**
 * Cuts Markdown where an empty line surely ends what came before, so that of a message that grows only the last piece has to be
 * parsed again. In doubt it does not cut.
 */
export function markdownBlocks(text: string): string[] {
  if (WHOLE.test(text)) return [text];
  const blocks: string[] = [];
  let start = 0;
  let at = 0;
  let afterEmpty = false;
  let fence: { marks: string; indent: number } | null = null;
  for (const line of text.split('\n')) {
    if (fence === null && afterEmpty && /^\S/.test(line) && !LIST_ITEM.test(line)) {
      blocks.push(text.slice(start, at));
      start = at;
    }
    fence = fence === null ? opened(line) : closed(line, fence) ? null : fence;
    afterEmpty = line.trim() === '';
    at += line.length + 1;
  }
  blocks.push(text.slice(start));
  return blocks;
}

function opened(line: string): { marks: string; indent: number } | null {
  const match = FENCE.exec(line);
  return match === null ? null : { marks: match[2]!, indent: match[1]!.length };
}

/** CommonMark 0.31 §4.5: the same character, at least as often, nothing after it. */
function closed(line: string, { marks, indent }: { marks: string; indent: number }): boolean {
  const text = line.trim();
  const spaces = line.length - line.trimStart().length;
  return text.length >= marks.length && text === marks[0]!.repeat(text.length) && spaces <= indent + 3;
}
