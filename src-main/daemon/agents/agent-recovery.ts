import type { Clock } from '../../../src-shared/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import { AcpConnection } from './acp/acp-connection.ts';
import { PromptResult, updateOf } from './acp/acp-schema.ts';
import { promptEnd } from './acp/prompt-end.ts';
import { describeEnd } from './acp/agent-failure.ts';
import type { AgentFolder, AgentRecord } from './agent-folder.ts';
import type { AgentRequests } from './agent-requests.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import { forgetHost, leftover } from './hosted/host-leftover.ts';
import { HostedProgram } from './hosted/hosted-program.ts';
import { timelineTail } from './open-turn.ts';
import { parseRpc } from './acp/rpc-message.ts';
import { stateAfter } from './turn-runner.ts';
import type { TurnRunner } from './turn-runner.ts';
import type { UpdateRecorder } from './recording/update-recorder.ts';

interface Recovery {
  readonly folder: AgentFolder;
  readonly record: AgentRecord;
  readonly timeline: TimelineLog;
  readonly recorder: UpdateRecorder;
  readonly requests: AgentRequests;
  readonly runtime: AgentRuntime;
  readonly turns: TurnRunner;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onRecord: (change: Partial<AgentRecord>) => void;
}

/**
 * Goes on where an earlier daemon ended: attaches to the agent's host if it lives; else tells what the host has left and ends the turn
 * that was under way. `record.host` is null when no host can have anything of this agent's. Returns whether the program
 * runs: what it has said meanwhile is still being told then.
 */
export async function recoverAgent(recovery: Recovery): Promise<boolean> {
  const { record, timeline, recorder, requests, turns } = recovery;
  const { open, entries, last, lastAt } = await timelineTail(timeline);
  // What happens is on disk before the record says so.
  if (lastAt !== null && lastAt > record.updatedAt) {
    const ended = last !== null && last.at > record.updatedAt && { state: stateAfter(last.reason), error: last.error };
    recovery.onRecord({ updatedAt: lastAt, ...ended });
  }
  requests.restore(entries);
  if (open) recorder.remember(entries);
  if (record.host !== null && record.acpSessionId !== null) {
    const line = Math.max(record.host.line, timeline.position(record.host.hostId));
    if (await attach(recovery, record.acpSessionId, line, open)) return true;
    if (open) turns.adopt(null, false);
    await tellLeftover(recovery, line);
  } else if (open) turns.adopt(null, false);
  requests.closeRestored();
  turns.cutAdopted(CUT);
  await timeline.flush();
  await forgetHost(recovery.folder.path, recovery.clock);
  return false;
}

/** For people, at the end of a turn whose program is gone. */
const CUT =
  'The agent was cut off in this turn: the computer or the program that ran it was stopped. Continue it, or send a message.';

async function attach(
  { folder, requests, runtime, turns, clock, logger }: Recovery,
  sessionId: string,
  line: number,
  open: boolean,
): Promise<boolean> {
  const program = await HostedProgram.attach(folder.path, { clock, logger });
  if (program === null) return false;
  const { lastPromptId, promptOpen } = program.welcome;
  runtime.adopt(program, sessionId, line);
  if (open) turns.adopt(lastPromptId, promptOpen);
  else if (promptOpen) {
    // A turn that is over for everybody must not go on unseen.
    logger.warn({ agent: folder.id }, 'an agent works on a turn that has ended');
    requests.cancelAll();
    await runtime.stop();
  }
  logger.info({ agent: folder.id, pid: program.pid, working: promptOpen }, 'attached to an agent');
  return true;
}

/** What the program said before its host was ended. */
async function tellLeftover({ folder, record, recorder, requests, turns }: Recovery, line: number): Promise<void> {
  const left = await leftover(folder.path, line);
  if (left === null || left.hostId !== record.host?.hostId) return;
  const connection = new AcpConnection({
    send: () => Promise.resolve(),
    firstId: 0,
    onCall: (call) => requests.handle(call, left.hostId),
    onNotification: (method, params) => {
      if (method === 'session/update') recorder.record(updateOf(params));
      else requests.notified(method, params);
    },
    // The record may be one write behind what the program was given: its answer is known by what only prompts are answered.
    onIgnored: (why, bytes) => {
      const message = why === 'unknown_answer' ? parseRpc(bytes) : null;
      if (message?.kind !== 'result' || !PromptResult.safeParse(message.result).success) return;
      turns.settleAdopted(promptEnd({ result: message.result }));
    },
  });
  if (record.sent !== null) connection.expect(record.sent, (answer) => turns.settleAdopted(promptEnd(answer)));
  for await (const one of left.lines) connection.receive(one, false);
  const { end } = left;
  if (end !== null) connection.close(describeEnd(end, end.errorTail));
}
