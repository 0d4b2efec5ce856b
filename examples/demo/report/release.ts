import { printable } from '../../../shared/terminal/run-program.ts';
import type { Ink } from '../ink.ts';
import type { Outcome } from '../results.ts';
import { number } from './figures.ts';

/** The published model, and what the integrator proved of it. */
export function releaseText({ model, proof, threshold }: Outcome, ink: Ink): string {
  const width = Math.max(...proof.steps.map(({ name }) => name.length));
  const steps = proof.steps.map(({ name, outcome, message }) => {
    const mark = outcome === 'ok' ? ink.good('ok') : ink.bad(outcome);
    return `${mark}  ${name.padEnd(width)}  ${printable(message)}`;
  });
  return [
    `version ${model.version}, weights ${model.digest.slice(0, 16)}…, threshold ${number(threshold)}`,
    '',
    ...steps,
  ].join('\n');
}
