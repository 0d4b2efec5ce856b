/** How a command ends, and what it says when it was refused. */
import { CommanderError } from 'commander';
import { Refusal } from '../../shared/refusal.ts';

export const EXIT = { ok: 0, refused: 1, usage: 2, unavailable: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0  done
  1  refused: the refusal is named, with the value seen, the bound and how to resolve it
  2  usage: an option or argument is wrong
  3  unavailable: the coordinator could not be reached; the command is safe to repeat`;

export interface Ending {
  readonly exitCode: ExitCode;
  /** What to tell, if anything is left to tell. */
  readonly refusal?: Refusal;
}

/** The end of a command that threw. Whatever is not a refusal is a defect and is thrown on. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage };
  if (!(error instanceof Refusal)) throw error;
  return { exitCode: exitCodeOf(error), refusal: error };
}

function exitCodeOf({ code, kind }: Refusal): ExitCode {
  if (code === 'usage') return EXIT.usage;
  return kind === 'unavailable' ? EXIT.unavailable : EXIT.refused;
}

/** For a person. */
export function renderRefusal({ code, message, resolve }: Refusal): string {
  return `refused: ${code}: ${message}\n  ${resolve}\n`;
}
