/**
 * Text from agents, devices and daemons for a terminal. Everything that could steer the terminal (escape sequences, C0 and C1
 * controls, line rewriting) or reorder what a person reads (bidirectional controls) is made visible instead. Line breaks and
 * tabs stay.
 */
export function safeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(STEERING, visible);
}

/** As {@link safeText}, on one line. */
export function safeLine(text: string): string {
  return safeText(text).replace(/[\n\t\u2028\u2029]+/g, ' ');
}

/** One line of JSON. JSON leaves DEL and the C1 controls as they are, and terminals obey those too. */
export function safeJson(value: unknown): string {
  const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(STEERING, escape);
}

const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
