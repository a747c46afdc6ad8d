import { BRIEF_KILLED } from './brief-spec.ts';
import type { BriefProgram } from './brief-spec.ts';
import { ProcessGroup } from './process-group.ts';

/**
 * Runs a program with our environment and folder, on our standard input and output. When the program ends, or our standard input does
 * (whoever asks is done, or is gone), nothing of it is left. Resolves with our exit code: the program's, or BRIEF_KILLED. Rejects when it
 * cannot be started.
 */
export async function runBriefly({ command, args, input }: BriefProgram): Promise<number> {
  const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
  const agentId = env['PASEO_AGENT_ID'];
  if (!agentId) throw new Error('PASEO_AGENT_ID is not set');
  const program = await ProcessGroup.start({ command, args, cwd: process.cwd(), env, agentId });
  const stop = (): void => void program.stop();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  if (!input) program.stdin.end();
  process.stdin.on('data', (data: Buffer) => {
    if (program.stdin.writable) program.stdin.write(data);
  });
  process.stdin.on('error', stop).on('close', stop);
  process.stdout.on('error', stop);
  program.stdout.pipe(process.stdout, { end: false });
  const { code } = await program.ended;
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  return code ?? BRIEF_KILLED;
}
