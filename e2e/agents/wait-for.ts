/** Looks again and again, for facts that no event tells (the process table). The runner's own time-out ends a wait in vain. */
export async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
