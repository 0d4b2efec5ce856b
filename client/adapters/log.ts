/**
 * The log of a node at work: one JSON object a line on stderr, written at once, so that the last line before a crash
 * is there. What is logged is chosen at each call: codes of the catalogue, digests, ids and numbers. Text that others
 * wrote goes to `debug` only; keys, tokens and invites are never passed to it.
 */
import { destination, type Logger, pino } from 'pino';

const STDERR = 2;

export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: STDERR, sync: true }),
  );
}
