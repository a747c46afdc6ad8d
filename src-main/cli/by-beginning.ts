import { CliError } from './cli-error.ts';

interface Words<T> {
  /** Said when none begins so. */
  readonly none: string;
  /** Said when several do. */
  readonly several: (found: readonly T[]) => string;
}

/**
 * The one that a person means by its id or the beginning of it; undefined means the only one. Throws `CliError` `not_found` or
 * `ambiguous`.
 */
export function byBeginning<T>(
  list: readonly T[],
  idOf: (one: T) => string,
  beginning: string | undefined,
  { none, several }: Words<T>,
): T {
  // What a script left empty means none, also where there is only one.
  const found = beginning === '' ? [] : list.filter((one) => idOf(one).startsWith(beginning ?? ''));
  const one = found.find((each) => idOf(each) === beginning) ?? found[0];
  if (one === undefined) throw new CliError('not_found', none);
  if (found.length > 1 && idOf(one) !== beginning) throw new CliError('ambiguous', several(found));
  return one;
}
