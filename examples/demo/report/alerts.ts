import { printable } from '../../../shared/terminal/run-program.ts';
import type { Ink } from '../ink.ts';
import type { Outcome } from '../results.ts';
import type { Alert } from '../scored.ts';
import { counted, number } from './figures.ts';

const SHOWN = 4;

export function alertsText({ alerts, threshold }: Outcome, ink: Ink): string {
  if (alerts.length === 0) return 'No row scored above the threshold.';
  const right = alerts.filter(({ attack }) => attack).length;
  const head = `${counted(alerts.length, 'alert')} above ${number(threshold)}, ${right} of them attacks. The strongest of different kinds:`;
  return [head, ...strongestOfKinds(alerts, SHOWN).flatMap((alert) => ['', ...alertLines(alert, ink)])].join(
    '\n',
  );
}

function alertLines({ owner, line, label, score, why }: Alert, ink: Ink): string[] {
  return [
    `${ink.strong(owner)}, line ${line}: score ${number(score)}; it was ${printable(label)}`,
    ...why.map(({ share, feature, value, expected }) => {
      const part = `${(100 * share).toFixed(0)} %`.padStart(5);
      return `${part}  ${feature} = ${shown(value)} ${ink.faint(`(usual: ${shown(expected)})`)}`;
    }),
  ];
}

/** The strongest alert of each kind of attack, from as many owners as there are. */
export function strongestOfKinds(alerts: readonly Alert[], count: number): Alert[] {
  const chosen: Alert[] = [];
  const strongestFirst = alerts.filter(({ attack }) => attack).sort((a, b) => b.score - a.score);
  const isNewOwner = ({ owner }: Alert) => !chosen.some((other) => other.owner === owner);
  const isNewKind = ({ label }: Alert) => !chosen.some((other) => other.label === label);
  for (const admits of [isNewOwner, () => true]) {
    for (const alert of strongestFirst) {
      if (chosen.length < count && isNewKind(alert) && admits(alert)) chosen.push(alert);
    }
  }
  return chosen;
}

function shown(value: string | number | boolean): string {
  return typeof value === 'number' ? number(value) : printable(String(value));
}
