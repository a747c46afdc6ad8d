/**
 * A name for a file that somebody else named: its last part, without what steers terminals or turns text around, and one that every
 * file system takes. At least one character, at most 120 bytes.
 */
export function fileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(/[<>:"|?*]/g, '_')
    .trim()
    .replace(/[. ]+$/, '');
  if (clean === '') return 'file';
  return short(DEVICE.test(clean) ? `file-${clean}` : clean);
}

/** Control characters, half characters, and marks that change how text is read or that nobody sees. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
/** Windows takes these for devices, whatever follows the dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const MAX_BYTES = 120;

/** Cut at the end of the name rather than in its ending. File systems count bytes. */
function short(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  let kept = '';
  for (const char of name) {
    if (Buffer.byteLength(kept + char + ending) > MAX_BYTES) break;
    kept += char;
  }
  return kept + ending;
}
