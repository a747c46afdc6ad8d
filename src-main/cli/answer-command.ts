import type { AgentSummary, PendingQuestion } from '../../src-shared/wire/agent.ts';
import type { QuestionField, QuestionValues } from '../../src-shared/wire/question.ts';
import { findAgent } from './agent-ref.ts';
import { askChoice } from './ask.ts';
import { byBeginning } from './by-beginning.ts';
import { UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { canAsk } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import type { TargetOptions } from './options.ts';
import { note, print, printJson } from './output.ts';
import { askField, choiceOf, fieldValue } from './question-fields.ts';
import { type QuestionBody, questionBody } from './question-body.ts';
import { safeLine } from './safe-text.ts';

export interface AnswerOptions extends TargetOptions {
  set?: string[];
  decline?: boolean;
}

/** Answers a question of an agent. */
export async function answerQuestion(
  reference: string,
  questionReference: string | undefined,
  options: AnswerOptions,
  context: CliContext,
): Promise<void> {
  const silent = options.json === true || !canAsk(context);
  if (options.decline === true && options.set !== undefined) throw new UsageError('Give --set or --decline, not both.');
  const done = await withDaemon(options, context, async ({ client }) => {
    const agent = await findAgent(client, reference);
    const question = chooseQuestion(agent, questionReference);
    const { questionId } = question;
    const values =
      options.decline === true
        ? null
        : await valuesFor(await questionBody(client, agent, question), options, silent, context);
    const action = values === null ? ('decline' as const) : ('accept' as const);
    await client.command('question.answer', { agentId: agent.id, questionId, action, values });
    return { agentId: agent.id, questionId, action };
  });
  if (options.json === true) printJson(context, { event: 'answered', ...done });
  else print(context, done.action === 'accept' ? 'Answered.' : 'Declined.');
}

/** null declines. */
async function valuesFor(
  { fields, message, url }: QuestionBody,
  { set }: AnswerOptions,
  silent: boolean,
  context: CliContext,
): Promise<QuestionValues | null> {
  // Beside the output, which may be JSON.
  if (url !== null) note(context, `${message}\nOpen this page: ${url}`);
  const values: QuestionValues = {};
  for (const part of set ?? []) {
    const at = part.indexOf('=');
    const field = fields.find(({ name }) => name === part.slice(0, at));
    if (at < 1 || field === undefined) throw new UsageError(`"${part}" names no field. There is: ${names(fields)}.`);
    values[field.name] = fieldValue(field, part.slice(at + 1));
  }
  const missing = fields.filter(({ name, required }) => required && values[name] === undefined);
  if (missing.length > 0 && silent) throw new UsageError(`Give --set name=value for: ${names(missing)}, or --decline.`);
  if (silent || set !== undefined) return values;
  if (url === null) print(context, message);
  else if ((await askChoice('Your answer:', ['I opened it', 'Decline'], new AbortController().signal, context)) > 0)
    return null;
  for (const field of fields) {
    const value = await askField(field, context);
    if (value !== null) values[field.name] = value;
  }
  return values;
}

function names(fields: readonly QuestionField[]): string {
  return fields.map((field) => `${safeLine(field.name)}${choiceOf(field)}`).join(', ') || 'none';
}

function chooseQuestion({ id, questions }: AgentSummary, reference: string | undefined): PendingQuestion {
  return byBeginning(questions, ({ questionId }) => questionId, reference, {
    none: `Agent ${id} asks ${reference === undefined ? 'nothing' : `no question "${reference}"`} (any more).`,
    several: (found) => {
      const list = found.map(({ questionId, message }) => `${questionId} (${safeLine(message)})`).join(', ');
      return `Agent ${id} asks ${found.length} questions: ${list}. Name one after the agent.`;
    },
  });
}
