/** Entry of `vedette-coordinator`. */
import { runProgram, withJsonFile } from '../shared/terminal/run-program.ts';
import { makeProgram } from './cli.ts';

const { argv } = process;
await runProgram(makeProgram(), argv[2] === 'lab' ? withJsonFile(argv) : argv);
