import { ConfigFile } from '../../../src-shared/config/schema.ts';
import { ConfigError } from './config-error.ts';
import { describedKey } from './config-keys.ts';
import { JsonSource, JsonSourceError } from './json-source.ts';
import { unknownKeys } from './unknown-keys.ts';

/** A `config.json` that was read. */
export interface ConfigDocument {
  /** What the file says, unknown keys included. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly config: ConfigFile;
  readonly warnings: readonly string[];
}

/**
 * Reads the text of `config.json`. Throws {@link ConfigError} `invalid_file`, which names the file, the line, what is wrong there
 * and what holds when the key is left out.
 */
export function parseConfigFile(path: string, text: string): ConfigDocument {
  const source = readSource(path, text);
  const parsed = ConfigFile.safeParse(source.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const at = issue?.path ?? [];
    const key = describedKey(at);
    // A provider's environment may hold a secret, so what stands there is not repeated.
    const found = key.secret ? '' : `, not ${shortened(valueAt(source.value, at))}`;
    throw new ConfigError(
      'invalid_file',
      key.name,
      `${path}, line ${source.lineOf(at)}: ${key.name || 'the file'} must be ${key.expects}${found}. ` +
        `Correct it, or leave it out for the default: ${key.standard}. The file was left as it is.`,
    );
  }
  const warnings = unknownKeys(source.value).map(
    (key) =>
      `${path}, line ${source.lineOf(key)}: "${key.join('.')}" is not a setting that Paseo knows. It is ignored.`,
  );
  return { raw: source.value as Record<string, unknown>, config: parsed.data, warnings };
}

function readSource(path: string, text: string): JsonSource {
  try {
    return new JsonSource(text);
  } catch (cause) {
    if (!(cause instanceof JsonSourceError)) throw cause;
    throw new ConfigError(
      'invalid_file',
      '',
      `${path}, line ${cause.line}: ${cause.message}. Correct it, or move the file away for the defaults. It was left as it is.`,
    );
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return at;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return at;
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
