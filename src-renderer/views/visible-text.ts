/**
 * Text from agents is shown to people who decide by it, so nothing in it may hide or rearrange what is there.
 */

const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Every invisible or direction-changing character as its code point: `rm x⟨U+202E⟩`. Tabs and line feeds stay. */
export function revealHidden(text: string): string {
  return text.replace(
    HIDDEN,
    (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

/** Output of a terminal as plain text: escape sequences go, a carriage return starts its line anew. */
export function terminalText(output: string): string {
  const plain = output.replace(ANSI, '').replace(/\r+\n/g, '\n');
  return revealHidden(
    plain
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\r') + 1))
      .join('\n'),
  );
}

/** The last part of a path, for places where the whole has no room. */
export function folderName(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  return revealHidden(parts.at(-1) ?? path);
}
