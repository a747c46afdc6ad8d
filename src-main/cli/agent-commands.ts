import type { Command } from 'commander';
import { attachAgent, type AttachOptions } from './attach-command.ts';
import type { CliContext } from './context.ts';
import { listAgents } from './list-command.ts';
import { type TargetOptions, withTarget } from './options.ts';
import { permit, type PermitOptions } from './permit-command.ts';
import { runAgent, type RunOptions } from './run-command.ts';
import { sendMessage } from './send-command.ts';

const AGENT = 'the agent, by the beginning of its id';

export function addAgentCommands(root: Command, context: CliContext): void {
  withTarget(root.command('ls'))
    .description('list the agents')
    .option('--all', 'archived ones too')
    .action((options: TargetOptions & { all?: boolean }) => listAgents(options, context));
  withTarget(root.command('run'))
    .description('start an agent and follow it until its turn ends')
    .argument('<message...>', 'the first message, or - to read it from standard input')
    .option('--provider <id>', 'which agent to start; needed when several are ready')
    .option('--cwd <dir>', 'its working folder (default: this one)')
    .option('--detach', 'do not follow it')
    .action((words: string[], options: RunOptions) => runAgent(words, options, context));
  withTarget(root.command('attach'))
    .description('show what an agent did and follow it until Ctrl-C')
    .argument('<agent>', AGENT)
    .option('--no-follow', 'only show what is there')
    .action((agent: string, options: AttachOptions) => attachAgent(agent, options, context));
  withTarget(root.command('send'))
    .description('send a message to an agent')
    .argument('<agent>', AGENT)
    .argument('<message...>', 'the message')
    .action((agent: string, words: string[], options: TargetOptions) => sendMessage(agent, words, options, context));
  withTarget(root.command('permit'))
    .description('answer a permission request')
    .argument('<agent>', AGENT)
    .argument('[request]', 'the request, by the beginning of its id; needed when several wait')
    .option('--allow', 'allow it once')
    .option('--deny', 'do not allow it')
    .option('--option <id>', 'answer with this option')
    .action((agent: string, request: string | undefined, options: PermitOptions) =>
      permit(agent, request, options, context),
    );
}
