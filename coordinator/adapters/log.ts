import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  /** The least severe level written. Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go. Default: standard output. */
  readonly destination?: DestinationStream;
}

const REDACTED = '[redacted]';
/** Names of fields whose text never reaches a log, at any depth and in any spelling. */
const SECRET_NAME =
  /token|authori[sz]ation|secret|invite|passw|passphrase|credential|cookie|pem$|(?<!public_?)key$/i;
/** Secrets within free text: private keys, and JWS in compact form (request tokens, invites). */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const COMPACT_JWS = /\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g;

/**
 * The logger of the coordinator: one JSON object a line.
 *
 * Rule: nothing a member or a stranger could have chosen (names, messages, header fields, paths they sent) is logged
 * at `info` or above; use ids, codes, digests and numbers there. What they sent may go to `debug`, which is off
 * unless an operator looks for something. Keep such text out of `msg`; give it a field of its own.
 *
 * Every line is scrubbed before it is written: fields with the name of a secret lose their value (numbers and
 * booleans stay, they are counts and flags), and private keys and tokens inside text are cut out.
 */
export function createLog(options: LogOptions = {}): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: scrubLine },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** The line as one JSON object again. It is read back whole, so that no depth, child logger or serialiser escapes. */
function scrubLine(line: string): string {
  const scrubbed: unknown = JSON.parse(line, (name, value: unknown) => scrubField(name, value));
  return `${JSON.stringify(scrubbed)}\n`;
}

function scrubField(name: string, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (SECRET_NAME.test(name)) return REDACTED;
  return typeof value === 'string' ? scrubText(value) : value;
}

function scrubText(text: string): string {
  return text.replace(PRIVATE_KEY, REDACTED).replace(COMPACT_JWS, REDACTED);
}
