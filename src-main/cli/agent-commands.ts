import type { Command } from 'commander';
import { answerQuestion, type AnswerOptions } from './answer-command.ts';
import { attachAgent, type AttachOptions } from './attach-command.ts';
import type { CliContext } from './context.ts';
import { listAgents } from './list-command.ts';
import { agentOption } from './option-command.ts';
import { collect, type TargetOptions, withTarget } from './options.ts';
import { permit, type PermitOptions } from './permit-command.ts';
import { addQueueCommands } from './queue-commands.ts';
import { runAgent, type RunOptions } from './run-command.ts';
import { sendMessage, type SendOptions } from './send-command.ts';
import { showAgent } from './show-command.ts';
import { releaseAgent, resumeAgent, stopAgent } from './turn-commands.ts';

const AGENT = 'the agent, by the beginning of its id';
const FILE = 'a file of this computer to send along, may be repeated';
const MENTION = "a file of the agent's folder to point at, may be repeated";

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
    .option('--file <path>', FILE, collect)
    .option('--mention <path>', MENTION, collect)
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
    .option('--file <path>', FILE, collect)
    .option('--mention <path>', MENTION, collect)
    .action((agent: string, words: string[], options: SendOptions) => sendMessage(agent, words, options, context));
  withTarget(root.command('show'))
    .description('show how an agent stands, what can be chosen, and how to go on with it in a terminal')
    .argument('<agent>', AGENT)
    .action((agent: string, options: TargetOptions) => showAgent(agent, options, context));
  withTarget(root.command('stop'))
    .description("end an agent's turn and what it runs")
    .argument('<agent>', AGENT)
    .action((agent: string, options: TargetOptions) => stopAgent(agent, options, context));
  withTarget(root.command('resume'))
    .description('go on with a turn that was interrupted, failed or stopped')
    .argument('<agent>', AGENT)
    .action((agent: string, options: TargetOptions) => resumeAgent(agent, options, context));
  withTarget(root.command('release'))
    .description("let go of an idle agent's session and show the command that goes on with it in a terminal")
    .argument('<agent>', AGENT)
    .action((agent: string, options: TargetOptions) => releaseAgent(agent, options, context));
  addQueueCommands(root, context, AGENT);
  withTarget(root.command('option'))
    .description('list what can be chosen for an agent (mode, model and so on), or choose it')
    .argument('<agent>', AGENT)
    .argument('[option]', 'what to choose')
    .argument('[value]', 'the choice')
    .action((agent: string, option: string | undefined, value: string | undefined, options: TargetOptions) =>
      agentOption(agent, option, value, options, context),
    );
  withTarget(root.command('answer'))
    .description('answer a question of an agent')
    .argument('<agent>', AGENT)
    .argument('[question]', 'the question, by the beginning of its id; needed when several wait')
    .option('--set <name=value>', 'the answer to one field, may be repeated', collect)
    .option('--decline', 'do not answer it')
    .action((agent: string, question: string | undefined, options: AnswerOptions) =>
      answerQuestion(agent, question, options, context),
    );
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
