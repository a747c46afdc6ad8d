import { runVectorCommand } from './vector-command.ts';

// npm runs programs in the package's folder and says in INIT_CWD where the user was.
process.exitCode = runVectorCommand(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd(), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
