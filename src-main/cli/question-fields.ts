import type { QuestionField, QuestionValues } from '../../src-shared/wire/question.ts';
import { askLine } from './ask.ts';
import { UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { note } from './output.ts';
import { safeLine } from './safe-text.ts';

type Value = QuestionValues[string];

/** What a field takes, in parentheses; nothing for free text. */
export function choiceOf(field: QuestionField): string {
  switch (field.type) {
    case 'text':
      return '';
    case 'number':
      return field.integer ? ' (a whole number)' : ' (a number)';
    case 'boolean':
      return ' (true or false)';
    case 'choice':
      return ` (one of ${field.choices.map(({ value }) => safeLine(value)).join(', ')})`;
    case 'choices':
      return ` (some of ${field.choices.map(({ value }) => safeLine(value)).join(', ')}, with commas between)`;
  }
}

/** The value that a person typed for a field. Throws {@link UsageError}; the daemon checks ranges and formats. */
export function fieldValue(field: QuestionField, text: string): Value {
  const wrong = () => new UsageError(`${safeLine(field.name)} cannot be "${safeLine(text)}"${choiceOf(field)}.`);
  switch (field.type) {
    case 'text':
      return text;
    case 'number': {
      const value = Number(text);
      if (text.trim() === '' || !Number.isFinite(value) || (field.integer && !Number.isInteger(value))) throw wrong();
      return value;
    }
    case 'boolean':
      if (/^(true|yes|y)$/i.test(text)) return true;
      if (/^(false|no|n)$/i.test(text)) return false;
      throw wrong();
    case 'choice':
      return chosen(field.choices, text) ?? fail(wrong());
    case 'choices':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => chosen(field.choices, part) ?? fail(wrong()));
  }
}

/** Asks on the terminal until the answer fits; null for a field left empty that may be. */
export async function askField(field: QuestionField, context: CliContext): Promise<Value | null> {
  const choices = field.type === 'choice' || field.type === 'choices' ? field.choices : [];
  if (field.description !== null) note(context, field.description);
  for (const [index, { label, description }] of choices.entries())
    note(context, `  [${index + 1}] ${safeLine(label)}${description === null ? '' : `: ${safeLine(description)}`}`);
  const several = field.type === 'choices' ? ' (numbers with commas between)' : '';
  for (;;) {
    const question = `${safeLine(field.label)}${choices.length > 0 ? several : choiceOf(field)}: `;
    const answer = (await askLine(question, new AbortController().signal, context)).trim();
    if (answer === '' && !field.required) return null;
    try {
      if (answer !== '') return fieldValue(field, answer);
    } catch (error) {
      note(context, error instanceof Error ? error.message : String(error));
    }
  }
}

/** By value, by label, or by its number in the list. */
function chosen(choices: readonly { value: string; label: string }[], text: string): string | undefined {
  const named = choices.find(({ value, label }) => value === text || label === text);
  return (named ?? choices[Number(text) - 1])?.value;
}

function fail(error: Error): never {
  throw error;
}
