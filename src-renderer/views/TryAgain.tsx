import type { Query } from './use-query.ts';

/** Asks again for what could not be loaded, and shows that it does. */
export function TryAgain({ query: { loading, reload } }: { query: Pick<Query<unknown>, 'loading' | 'reload'> }) {
  return (
    <button type="button" className="button" disabled={loading} onClick={reload}>
      {loading ? 'Trying again' : 'Try again'}
    </button>
  );
}
