/** A fenced block of a Markdown document: ```` ```json Offer ```` has language `json` and title `Offer`. */
interface CodeBlock {
  readonly language: string;
  readonly title: string;
  readonly text: string;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    title: match[2] ?? '',
    text: (match[3] ?? '').trim(),
  }));
}

/** Rows of the one table whose header cells are exactly these; cells without their back quotes. Throws when there is none. */
export function tableRows(markdown: string, ...header: readonly string[]): string[][] {
  const found = tables(markdown).filter(([head]) => head !== undefined && head.join('|') === header.join('|'));
  if (found.length !== 1) throw new Error(`${found.length} tables with the header ${header.join(' | ')}`);
  return found[0]!.slice(1);
}

/** Whole rows as lists of cells, the header first, for each table of the document. */
function tables(markdown: string): string[][][] {
  const blocks = markdown.match(/(?:^\|.*\|\n)+/gm) ?? [];
  return blocks.map((block) =>
    block
      .trim()
      .split('\n')
      .filter((line) => !/^\|[ :|-]+\|$/.test(line))
      .map((line) =>
        line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) =>
            cell
              .trim()
              .replaceAll('\\|', '|')
              .replace(/^`([^`]*)`$/, '$1'),
          ),
      ),
  );
}
