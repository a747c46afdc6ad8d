import { execFile } from 'node:child_process';
import { BRIEF_NOT_RUN, briefArgs } from '../../../agent-host/brief-spec.ts';
import type { BriefProgram } from '../../../agent-host/brief-spec.ts';
import { PROVIDER_LOGIN_TIMEOUT_MS } from '../../limits.ts';
import { randomId } from '../../timeline/random-id.ts';
import type { BriefRuntime, FoundProgram } from './provider-entry.ts';

interface ProbeResult {
  /** null: it could not be started, was too slow, or was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs a program that only answers a question, without standard input. Nothing of it is left. Never rejects. */
export function probe(
  { path, env, runtime }: FoundProgram,
  args: readonly string[],
  timeout = PROVIDER_LOGIN_TIMEOUT_MS,
): Promise<ProbeResult> {
  const direct = { command: path, words: args };
  const { command, words } = runtime === null ? direct : briefly(runtime, { command: path, args, input: false });
  return new Promise((resolve) => {
    const marked = { ...env, PASEO_AGENT_ID: randomId() };
    // What runs it is asked, and ends all that it started; see `runBriefly`.
    const killSignal = runtime === null ? 'SIGKILL' : 'SIGTERM';
    const options = { env: marked, timeout, killSignal, maxBuffer: 64 * 1024, windowsHide: true } as const;
    const child = execFile(command, [...words], options, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' && error.killed !== true ? error.code : null;
      resolve({ code: code !== null && code < BRIEF_NOT_RUN ? code : null, stdout });
    });
    child.stdin?.on('error', () => {});
    // A program that reads its input would otherwise wait for a person.
    if (runtime === null) child.stdin?.end();
  });
}

function briefly({ nodePath, hostProgram }: BriefRuntime, program: BriefProgram): { command: string; words: string[] } {
  return { command: nodePath, words: briefArgs(hostProgram, program) };
}
