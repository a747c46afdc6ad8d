import { Command, CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import { addAgentCommands } from './agent-commands.ts';
import { addDaemonCommands } from './daemon-commands.ts';
import { addDeviceCommands } from './device-commands.ts';
import { type Failure, failureOf } from './failure.ts';
import { addProviderCommands } from './provider-commands.ts';
import { addRelayCommands } from './relay-commands.ts';
import { safeJson, safeText } from './safe-text.ts';

/** Runs one command line (without the program's own name) and resolves with the exit code: 0, 1 for a failure, 2 for bad usage. */
export async function runProgram(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await program(context).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // Asked for nothing: the help was shown.
    if (error instanceof CommanderError && error.code === 'commander.help') return 2;
    const failure = failureOf(error);
    report(failure, wantsJson(args), context);
    return BAD_USAGE.has(failure.code) ? 2 : 1;
  }
}

/** `bad_address`: the relay's word for a `--listen` that is none. */
const BAD_USAGE = new Set(['usage', 'bad_address']);

function program(context: CliContext): Command {
  const { stdout, stderr } = context;
  const root = new Command('paseo')
    .description(
      'Runs your coding agents on your machine and lets your phone, browser and terminal follow and steer them.',
    )
    .version(context.version, '-V, --version')
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // Said by report().
      outputError: () => undefined,
    });
  addDaemonCommands(root, context);
  addRelayCommands(root, context);
  addAgentCommands(root, context);
  addProviderCommands(root, context);
  addDeviceCommands(root, context);
  return root;
}

function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

function report({ code, message }: Failure, json: boolean, { stderr }: CliContext): void {
  stderr.write(json ? `${safeJson({ error: { code, message } })}\n` : `error[${code}]: ${safeText(message)}\n`);
}
