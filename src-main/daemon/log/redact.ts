import { MAX_LOG_FIELD_CHARS } from '../limits.ts';

/**
 * A second net under "secrets are never logged": a copy of log fields in which everything named like a secret is hidden, key bytes
 * are counted instead of shown, and long texts are cut.
 */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(fields, 0);
}

/** Hides offers in text: whoever reads a link can pair. */
export function redactText(text: string): string {
  const cut = text.length <= MAX_LOG_FIELD_CHARS ? text : `${text.slice(0, MAX_LOG_FIELD_CHARS)}…`;
  return cut.replace(/offer=[A-Za-z0-9_-]+/gi, `offer=${HIDDEN}`);
}

const HIDDEN = '[redacted]';
const SECRET_NAME =
  /secret|psk|token(?!hash)|offer(?!id)|url|authorization|cookie|passw|prompt|digits|seed|privatekey/i;
const MAX_DEPTH = 5;

function redactObject(object: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, SECRET_NAME.test(name) ? HIDDEN : redactValue(value, depth)]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Error) return redactError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redactValue(item, depth + 1));
  return redactObject(value as Record<string, unknown>, depth + 1);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    ...('code' in error ? { code: redactValue(error.code, depth) } : {}),
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...(error.cause !== undefined && depth < MAX_DEPTH ? { cause: redactValue(error.cause, depth + 1) } : {}),
  };
}
