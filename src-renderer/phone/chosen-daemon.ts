const KEY = 'paseo.daemon';

/** The daemon that was looked at last, so that the next start shows it again. Not a secret. */
export function chosenDaemon(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function chooseDaemon(id: string | null): void {
  try {
    if (id === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, id);
  } catch {
    // Then the first daemon is shown at the next start.
  }
}
