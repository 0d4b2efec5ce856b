/** What the demonstration ends with, for people. */
import type { Ink } from '../ink.ts';
import type { Outcome } from '../results.ts';
import { alertsText } from './alerts.ts';
import { indented } from './layout.ts';
import { nextText } from './next.ts';
import { refusedText } from './refused.ts';
import { releaseText } from './release.ts';
import { roundsText } from './rounds.ts';
import { sharingText } from './sharing.ts';
import { verifiedText } from './verified.ts';

type Section = (outcome: Outcome, ink: Ink) => string;

const SECTIONS: readonly (readonly [string, Section])[] = [
  ['The run', roundsText],
  ['What sharing is worth', sharingText],
  ['What was refused, and why', refusedText],
  ['The first rounds, computed again', verifiedText],
  ['The model, pulled and verified by an integrator', releaseText],
  ['Some alerts, and the features behind them', alertsText],
  ['Where to look next', nextText],
];

export function report(outcome: Outcome, ink: Ink): string {
  const written = SECTIONS.map(
    ([title, write]) => `${ink.strong(title)}\n\n${indented(write(outcome, ink))}`,
  );
  const { family } = outcome.federation.model;
  return `\n${written.join('\n\n')}\n\n${ink.faint(`${family}, ${outcome.seconds.toFixed(1)} s in all`)}\n`;
}
