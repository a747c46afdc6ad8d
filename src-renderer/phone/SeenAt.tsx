import { agoWords } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';

/** How old what is shown is. */
export function SeenAt({ at }: { at: string }) {
  const now = useNow(30_000);
  return <p className="seen-at faint">As it was {agoWords(at, now)}</p>;
}
