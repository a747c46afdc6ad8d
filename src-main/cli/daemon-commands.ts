import type { Command } from 'commander';
import type { CliContext } from './context.ts';
import { daemonStatus } from './daemon-status.ts';
import { stopDaemon, type StopOptions } from './daemon-stop.ts';
import { collect, withHome, withJson, withTarget } from './options.ts';
import { pairDevice } from './pair-command.ts';
import { startDaemon, type StartOptions } from './start-command.ts';
import type { TargetOptions } from './options.ts';

export function addDaemonCommands(root: Command, context: CliContext): void {
  const daemon = root.command('daemon').description('the daemon, which runs the agents');
  withJson(withHome(daemon.command('start')))
    .description('start the daemon in the background')
    .option('--foreground', 'stay in this terminal until Ctrl-C; shows a pairing code')
    .option('--listen <addr>', 'host:port or socket path to listen on, may be repeated', collect)
    .option('--attended', 'a person here must compare six digits before a device is paired')
    .action((options: StartOptions) => startDaemon(options, context));
  withTarget(daemon.command('status'))
    .description('show how the daemon is doing')
    .action((options: TargetOptions) => daemonStatus(options, context));
  withTarget(daemon.command('stop'))
    .description('stop the daemon; working agents go on without it unless agents.keepRunning is false')
    .option('--keep-agents', 'let working agents go on')
    .option('--stop-agents', 'stop every agent')
    .action((options: StopOptions) => stopDaemon(options, context));
  withTarget(daemon.command('pair'))
    .description('show a code that pairs one device')
    .option('--attended', 'compare six digits here before the device is paired')
    .action((options: TargetOptions & { attended?: boolean }) => pairDevice(options, context));
}
