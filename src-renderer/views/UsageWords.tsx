import type { Usage } from '../../src-shared/wire/detail.ts';
import { costWords, usageShare } from './usage-words.ts';
import { tokenWords } from './size-words.ts';

/** How full the model's context is, and what the session has cost. */
export function UsageWords({ usage }: { usage: Usage }) {
  const share = usageShare(usage);
  const cost = costWords(usage);
  const tokens = share === null ? `${tokenWords(usage.used)} tokens` : `${share} %`;
  const exact =
    usage.size > 0
      ? `${usage.used.toLocaleString()} of ${usage.size.toLocaleString()} tokens of the model’s context`
      : `${usage.used.toLocaleString()} tokens`;
  return (
    <span className="usage faint" title={cost === null ? exact : `${exact}, ${cost} so far`}>
      <span className={share !== null && share >= 90 ? 'tone-amber' : undefined}>{tokens}</span>
      {share !== null && <span className="usage-what"> of context</span>}
      {cost !== null && `, ${cost}`}
    </span>
  );
}
