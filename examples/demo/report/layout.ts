import type { Ink } from '../ink.ts';

/** Headings step back, so that the figures stand out. */
export function withFaintHeading(text: string, ink: Ink): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : `${ink.faint(text.slice(0, end))}${text.slice(end)}`;
}

export function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
