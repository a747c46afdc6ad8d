import { pino } from 'pino';
import type { LogFields, Logger } from '../platform/logger.ts';

/** JSON lines on standard error. */
export function stderrLogger(stderr: NodeJS.WriteStream, level: 'debug' | 'info'): Logger {
  const log = pino(
    { level, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void stderr.write(line) },
  );
  const at = (name: keyof Logger) => (fields: LogFields, message: string) => log[name](fields, message);
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
