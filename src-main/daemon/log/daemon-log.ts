import { pino } from 'pino';
import type { Config } from '../../../src-shared/config/schema.ts';
import { MAX_LOG_BYTES } from '../limits.ts';
import type { LogFields, Logger } from '../../platform/logger.ts';
import { LogFile } from './log-file.ts';
import { redactFields, redactText } from './redact.ts';

type Level = Config['logLevel'];

export interface DaemonLog {
  readonly logger: Logger;
  setLevel(level: Level): void;
  /** Lines that come later go to standard error alone, if there. */
  close(): void;
}

/** JSON lines in `path` (0600, two files of bounded size), and on standard error when asked for. Throws `FileError`. */
export function openDaemonLog(options: {
  readonly path: string;
  readonly level: Level;
  readonly stderr: boolean;
  readonly maxBytes?: number;
}): DaemonLog {
  const file = new LogFile(options.path, options.maxBytes ?? MAX_LOG_BYTES);
  const log = pino(
    { level: options.level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    {
      write: (line: string) => {
        file.write(line);
        if (options.stderr) process.stderr.write(line);
      },
    },
  );
  const at = (level: Level) => (fields: LogFields, message: string) => {
    if (log.isLevelEnabled(level)) log[level](redactFields(fields), redactText(message));
  };
  return {
    logger: { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    setLevel: (level) => {
      log.level = level;
    },
    close: () => file.close(),
  };
}
