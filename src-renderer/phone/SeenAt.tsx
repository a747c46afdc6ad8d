import { useState } from 'react';
import { agoWords } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';

/** How old what is shown is; put there at the moment the connection goes. */
export function SeenAt() {
  const [since] = useState(() => new Date().toISOString());
  const now = useNow(30_000);
  return <p className="seen-at faint">As it was {agoWords(since, now)}</p>;
}
