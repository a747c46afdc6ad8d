import { z } from 'zod';
import { MAX_REQUEST_CHARS } from '../../../src-shared/limits.ts';
import { MAX_REQUEST_DEPTH, MAX_REQUEST_VALUES } from '../limits.ts';
import { ClientMessage, CommandId } from '../../../src-shared/wire/messages.ts';

export type Incoming =
  | { readonly ok: true; readonly message: ClientMessage }
  /** `id` is that of the request, when it could be made out: it gets an error. Otherwise the connection cannot go on. */
  | { readonly ok: false; readonly id: number | CommandId | null };

/**
 * Parses one message of a client. It may be hostile: whatever it says, this takes milliseconds. Strings must be well-formed
 * Unicode, since what agents and disks do with half a character is anybody's guess.
 */
export function parseIncoming(text: string): Incoming {
  if (!isSmall(text)) return { ok: false, id: null };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, id: null };
  }
  const message = ClientMessage.safeParse(json);
  if (message.success && isClean(json)) return { ok: true, message: message.data };
  return { ok: false, id: WithId.safeParse(json).data?.id ?? null };
}

const WithId = z.looseObject({ id: z.union([z.int().min(1), CommandId]) });

/** Looks at the raw text, so that nothing large is built before it is refused. */
function isSmall(text: string): boolean {
  if (text.length > MAX_REQUEST_CHARS) return false;
  let depth = 0;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (++depth > MAX_REQUEST_DEPTH) return false;
        values++;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth--;
        break;
      case COMMA:
        values++;
        break;
      default:
    }
    if (values > MAX_REQUEST_VALUES) return false;
  }
  return true;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Index of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

/** No half characters and no key that could reach a prototype. The schemas refuse unknown keys; this does not depend on them. */
function isClean(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => !FORBIDDEN_KEYS.has(key) && isClean(key) && isClean(inner));
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
