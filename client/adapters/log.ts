/**
 * The log of a node at work: one JSON object a line on stderr, written at once, so that the last line before a crash
 * is there. What is logged is chosen at each call: codes of the catalogue, digests, ids and numbers. Of what others
 * wrote, only the coordinator's word on this node itself, a verdict or the reason of a standing, is there above
 * `debug`, under `why`; keys, tokens and invites are never passed to it.
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { oneLine, printable } from '../../shared/terminal/run-program.ts';

const STDERR = 2;
/** A verdict's longest words are some hundred characters. */
const MAX_WHY_CHARACTERS = 1000;

/** @param to where lines go; default: stderr */
export function createLog(
  level: string,
  to: DestinationStream = destination({ dest: STDERR, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { why: (text: string) => printable(oneLine(text)).slice(0, MAX_WHY_CHARACTERS) },
    },
    to,
  );
}
