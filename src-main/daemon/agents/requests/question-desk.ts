import type { PendingQuestion } from '../../../../src-shared/wire/agent.ts';
import type { Question, QuestionAction, QuestionValues } from '../../../../src-shared/wire/question.ts';
import type { Actor, TimelineEntry } from '../../../../src-shared/wire/timeline.ts';
import { MAX_PENDING_QUESTIONS, MAX_QUESTION_BYTES } from '../../limits.ts';
import { cutText, jsonBytes } from '../../timeline/entry-bounds.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import { AgentError } from '../agent-error.ts';
import { readQuestion } from './elicitation.ts';
import { checkValues } from './question-values.ts';
import { RequestDesk } from './request-desk.ts';

/** What the agent gets: the result of `elicitation/create`. */
export type QuestionAnswer =
  | { readonly action: 'accept'; readonly content: QuestionValues }
  | { readonly action: 'decline' }
  | { readonly action: 'cancel' };

/** For people. */
const TOO_LARGE = 'The agent asked a question that is too large to be shown. It was declined.';

interface Shown {
  readonly question: Question;
  readonly seq: number;
}

/** The open questions of one agent. */
export class QuestionDesk {
  readonly #timeline: Pick<TimelineLog, 'append' | 'flush'>;
  readonly #desk: RequestDesk<Shown, QuestionAnswer>;
  /** Questions that are answered on a page elsewhere, by ACP's name of them. */
  readonly #pages = new Map<string, string>();

  constructor(timeline: Pick<TimelineLog, 'append' | 'flush'>, onChange: () => void) {
    this.#timeline = timeline;
    this.#desk = new RequestDesk<Shown, QuestionAnswer>({
      timeline,
      onChange,
      limit: MAX_PENDING_QUESTIONS,
      nobody: { action: 'cancel' },
      told: (questionId, answer, by) => {
        const values = answer.action === 'accept' ? answer.content : null;
        return { kind: 'question-answer', questionId, action: answer.action, values, by };
      },
      words: { answered: 'This question was answered already.', unknown: 'There is no such question.' },
    });
  }

  get pending(): PendingQuestion[] {
    return this.#desk.open.map(({ question, seq }) => {
      return { questionId: question.questionId, seq, message: cutText(question.message, 900) };
    });
  }

  /** Whether it was shown: it is open or answered. */
  knows(questionId: string): boolean {
    return this.#desk.knows(questionId);
  }

  /** As `RequestDesk.ask`. `params` are those of `elicitation/create`; what cannot be shown to a person is declined. */
  async ask(questionId: string, params: unknown, signal: AbortSignal): Promise<QuestionAnswer> {
    const asked = readQuestion(questionId, params);
    if (asked === null) return { action: 'decline' };
    const { question, elicitationId } = asked;
    if (jsonBytes(question) > MAX_QUESTION_BYTES) {
      this.#timeline.append({ kind: 'notice', level: 'warning', text: TOO_LARGE });
      return { action: 'decline' };
    }
    if (elicitationId !== null) this.#pages.set(elicitationId, questionId);
    const show = () => ({ question, seq: this.#timeline.append({ kind: 'question', ...question }).seq });
    try {
      return await this.#desk.ask(questionId, show, signal);
    } finally {
      if (elicitationId !== null) this.#pages.delete(elicitationId);
    }
  }

  /** Resolves when the answer is durable and the agent has it. Throws `AgentError`. */
  async answer(
    questionId: string,
    { action, values }: { action: QuestionAction; values: QuestionValues | null },
    by: Actor,
  ): Promise<void> {
    const choose = ({ question }: { question: Question }): QuestionAnswer => {
      if (action !== 'accept') return { action };
      const content = checkValues(question.fields, values ?? {});
      if (jsonBytes(content) <= MAX_QUESTION_BYTES) return { action, content };
      throw new AgentError('bad_request', 'This answer is too long. Shorten its texts.');
    };
    await this.#desk.answer(questionId, choose, by);
  }

  /** The page of a question was visited: the agent goes on by itself. */
  complete(elicitationId: string): void {
    const questionId = this.#pages.get(elicitationId);
    if (questionId !== undefined) this.#desk.close(questionId, { action: 'accept', content: {} });
  }

  /** The turn is over or the agent gone. */
  cancelAll(): void {
    this.#desk.cancelAll();
  }

  /** What an earlier run of the daemon left, oldest first. */
  restore(entries: readonly TimelineEntry[]): void {
    for (const { seq, body } of entries) {
      if (body.kind === 'question') {
        const { kind: _, ...question } = body;
        this.#desk.reopen(body.questionId, { question, seq });
      }
      if (body.kind !== 'question-answer') continue;
      const { questionId, action, values } = body;
      this.#desk.remember(questionId, action === 'accept' ? { action, content: values ?? {} } : { action });
    }
  }

  /** Questions of an earlier run that the agent has not asked again: nobody can answer them any more. */
  closeRestored(): void {
    this.#desk.closeRestored();
  }
}
