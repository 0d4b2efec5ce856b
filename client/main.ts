#!/usr/bin/env -S node --import tsx
import { endingOf, renderRefusal } from './cli/exit-codes.ts';
/** Entry of `vedette-client`. */
import { makeProgram } from './cli.ts';

// Whoever reads may leave early (`| head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await makeProgram().parseAsync();
} catch (error) {
  const { exitCode, refusal } = endingOf(error);
  process.exitCode = exitCode;
  if (refusal && process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ refused: refusal.toJSON() })}\n`);
  }
  if (refusal) process.stderr.write(renderRefusal(refusal));
}
