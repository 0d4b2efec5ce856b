/** Entry of `vedette-client`. */
import { runProgram } from '../shared/terminal/run-program.ts';
import { makeProgram } from './cli.ts';

// Whoever reads may leave early (`| head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

await runProgram(makeProgram(), process.argv);
