import { CodedError } from '../../../src-shared/coded-error.ts';

type ConfigErrorCode =
  /** `config.json` is not JSON, or holds a value that cannot be. */
  | 'invalid_file'
  /** A variable, a flag or a changed setting holds a value that cannot be. */
  | 'invalid_value'
  /** The environment or a flag decides this setting. */
  | 'fixed'
  /** The file could not be written; nothing was changed. */
  | 'not_saved';

export class ConfigError extends CodedError<ConfigErrorCode> {
  /** The key, setting, variable or flag in question; empty when it is the file as a whole. */
  readonly field: string;

  constructor(code: ConfigErrorCode, field: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.field = field;
  }
}
