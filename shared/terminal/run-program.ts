/** How both command lines end: results on stdout, everything else on stderr, exit codes that scripts can use. */
import { type Command, CommanderError } from 'commander';
import { Refusal } from '../refusal.ts';

export const EXIT = { ok: 0, refused: 1, usage: 2, unavailable: 3 } as const;

export const EXIT_CODES_HELP = `
Exit codes: 0 done, 1 refused (the refusal says why and what to do), 2 wrong usage, 3 coordinator unavailable.`;

/** Parses and runs; sets the process's exit code and never throws. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  throwOnUsage(program);
  leaveWithTheReader();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error, argv.includes('--json'));
  }
}

/** Most commands take a bare --json and then tell errors in JSON too; where it names a file, people read errors. */
export function withJsonFile(argv: readonly string[]): string[] {
  const at = argv.indexOf('--json');
  const file = argv[at + 1];
  return at < 0 || file === undefined ? [...argv] : argv.toSpliced(at, 2, `--json=${file}`);
}

/** Whoever reads may leave early (`| head`); that is no failure. */
function leaveWithTheReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
}

function throwOnUsage(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwOnUsage(child);
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof Refusal)) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      json
        ? `${JSON.stringify({ error: { code: 'internal', message } })}\n`
        : `failed: ${printable(message)}\n`,
    );
    if (process.env.VEDETTE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return EXIT.refused;
  }
  if (json) process.stderr.write(`${JSON.stringify({ error })}\n`);
  else process.stderr.write(`refused (${error.code}): ${printable(error.message)}\n  → ${error.resolve}\n`);
  if (error.code === 'usage') return EXIT.usage;
  return error.kind === 'unavailable' ? EXIT.unavailable : EXIT.refused;
}

/** Text from elsewhere, without the control characters that could steer a terminal or turn the direction of writing. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '�');
}

/** Text that a member wrote, which must not look like a line of the program's own. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** One result: as JSON for machines, or as text for people, in which nothing from elsewhere steers the terminal. */
export function say(json: boolean | undefined, value: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${printable(text())}\n`);
}
