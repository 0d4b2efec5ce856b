import type { Attribution } from './family.ts';

/** The attributions with a part in the score, strongest first, at most `top`; ties keep declared order. */
export function strongest(attributions: readonly Attribution[], top: number): Attribution[] {
  return attributions
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, top);
}
