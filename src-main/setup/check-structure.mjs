// The structure stage of npm test; rules in structure-rules.mjs.
import { inCheckout } from './paths.mjs';
import { structureViolations } from './structure.mjs';

const violations = structureViolations(inCheckout());
for (const violation of violations) process.stdout.write(`${violation}\n`);
process.exitCode = violations.length > 0 ? 1 : 0;
