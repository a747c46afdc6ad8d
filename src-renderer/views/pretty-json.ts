import { terminalText } from './visible-text.ts';

/** JSON text with line breaks; anything else as it is. */
export function prettyJson(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return terminalText(typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  } catch {
    return terminalText(json);
  }
}
