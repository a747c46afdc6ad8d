import { afterEach, describe } from 'vitest';
import { AGENT_PROGRAMS } from './agent-program.ts';
import type { AgentProgram } from './agent-program.ts';
import { AgentWorld } from './agent-world.ts';
import type { WorldOptions } from './agent-world.ts';
import { installProgram } from './programs.ts';

/**
 * Declares the tests of `cases` for each real program; a program that cannot be had is skipped with a line that says so. `world`
 * starts one for a test and ends it after.
 */
export async function forEachProgram(
  cases: (program: AgentProgram, world: (options?: WorldOptions) => Promise<AgentWorld>) => void,
): Promise<void> {
  for (const program of AGENT_PROGRAMS) {
    const path = await installProgram(program.name);
    if (path === null) console.log(`skipped: real ${program.name}, because the package registry cannot be reached`);
    describe.skipIf(path === null)(`real ${program.name}`, () => {
      const worlds: AgentWorld[] = [];
      afterEach(async ({ task }) => {
        for (const world of worlds.splice(0)) {
          if (task.result?.state === 'fail') console.log(await world.report());
          await world.stop();
        }
      }, 60_000);
      cases(program, async (options) => {
        const world = await AgentWorld.start(program, path!, options);
        worlds.push(world);
        return world;
      });
    });
  }
}
