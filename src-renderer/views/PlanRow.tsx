import { Circle, CircleCheck, CircleDot, ListChecks } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ItemOf } from './conversation-items.ts';
import { useOpenRow } from './open-rows.ts';
import { planWords, shownSteps } from './plan-words.ts';
import { revealHidden } from './visible-text.ts';
import './plan-row.css';

/** A plan with how far it is. A long one shows the steps around the current one. */
export function PlanRow({ item }: { item: ItemOf<'plan'> }) {
  const [all, toggle] = useOpenRow(item.key);
  const { first, count } = shownSteps(item.steps, all);
  return (
    <section className="plan" aria-label="Plan">
      <p className="plan-title">
        <ListChecks className="icon" aria-hidden="true" />
        Plan
        <span className="faint">{planWords(item.steps)}</span>
      </p>
      <ol className="plan-steps" start={first + 1}>
        {item.steps.slice(first, first + count).map((step, at) => {
          const { icon: Icon, word, tone } = stepState(step.status);
          return (
            <li key={first + at} data-status={step.status}>
              <Icon className={`icon tone-${tone}`} aria-hidden="true" />
              <span>
                {revealHidden(step.text)}
                <span className="visually-hidden"> ({word})</span>
                {step.priority === 'high' && step.status !== 'completed' && <span className="faint"> important</span>}
              </span>
            </li>
          );
        })}
      </ol>
      {item.steps.length > count || all ? (
        <button type="button" className="link plan-all" aria-expanded={all} onClick={toggle}>
          {all ? 'Show fewer steps' : `Show all ${item.steps.length} steps`}
        </button>
      ) : null}
    </section>
  );
}

function stepState(status: string): { icon: LucideIcon; word: string; tone: string } {
  switch (status) {
    case 'completed':
      return { icon: CircleCheck, word: 'done', tone: 'green' };
    case 'in_progress':
      return { icon: CircleDot, word: 'now', tone: 'accent' };
    case 'pending':
      return { icon: Circle, word: 'to do', tone: 'grey' };
    default:
      return { icon: Circle, word: revealHidden(status), tone: 'grey' };
  }
}
