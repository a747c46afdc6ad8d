import type { Question, QuestionField, QuestionValues } from '../../src-shared/wire/question.ts';
import type { QuestionAnswer } from './conversation-items.ts';
import { clockTime } from './time-words.ts';
import { revealHidden } from './visible-text.ts';

/** "Answered from “Pixel 9”, 14:03". */
export function questionAnswerWords(question: Question, answer: QuestionAnswer): string {
  const by = answer.by === null ? '' : ` from “${answer.by.name}”`;
  return `${outcome(question, answer)}${by}, ${clockTime(answer.at)}`;
}

/** One answered field as its person would say it: labels instead of values. */
export function valueWords(field: QuestionField, value: QuestionValues[string] | undefined): string {
  if (value === undefined || value === '') return 'No answer';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  const choices = field.type === 'choice' || field.type === 'choices' ? field.choices : [];
  const label = (chosen: string) => choices.find((choice) => choice.value === chosen)?.label ?? chosen;
  return revealHidden(Array.isArray(value) ? value.map(label).join(', ') : label(String(value)));
}

function outcome(question: Question, { action, by }: QuestionAnswer): string {
  switch (action) {
    case 'accept':
      return question.url === null ? 'Answered' : 'Page opened';
    case 'decline':
      return 'Declined';
    case 'cancel':
      return by === null ? 'Not answered' : 'Dismissed';
  }
}
