/** Entry of `vedette-client`. */
import { runProgram } from '../shared/terminal/run-program.ts';
import { makeProgram } from './cli.ts';

await runProgram(makeProgram(), process.argv);
