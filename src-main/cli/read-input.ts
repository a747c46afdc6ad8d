import { askLine } from './ask.ts';
import { UsageError } from './cli-error.ts';
import { canAsk, type CliContext } from './context.ts';

/** Standard input to its end, or the line that a person types after `question`. At most `maxChars` characters. */
export async function readInput(context: CliContext, question: string, maxChars: number): Promise<string> {
  const text = canAsk(context)
    ? await askLine(question, new AbortController().signal, context)
    : await readToEnd(context, maxChars);
  if (text.length > maxChars)
    throw new UsageError(`Standard input is longer than the ${maxChars} characters expected.`);
  return text;
}

async function readToEnd({ stdin }: CliContext, maxChars: number): Promise<string> {
  let text = '';
  stdin.setEncoding('utf8');
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > maxChars) break;
  }
  return text;
}
