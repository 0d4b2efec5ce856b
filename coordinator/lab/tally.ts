/** How many updates of whom were kept out, and by what. */

export interface Counts {
  /** Updates sent. */
  sent: number;
  /** Updates refused by a check. */
  refused: number;
  /** Updates that did not enter, refused or sent in quarantine. */
  keptOut: number;
}

export type Party = 'attackers' | 'honest';

/** Counted over the rounds of the model's own step; the rounds of statistics before it apart. */
export interface Tally {
  readonly model: Readonly<Record<Party, Counts>>;
  readonly statistics: Readonly<Record<Party, Counts>>;
  /** Refusals by code. */
  readonly codes: Readonly<Record<Party, Record<string, number>>>;
}

export function newTally(): Tally {
  const counts = (): Counts => ({ sent: 0, refused: 0, keptOut: 0 });
  return {
    model: { attackers: counts(), honest: counts() },
    statistics: { attackers: counts(), honest: counts() },
    codes: { attackers: {}, honest: {} },
  };
}

export function countUpdate(
  { codes }: Tally,
  counts: Readonly<Record<Party, Counts>>,
  party: Party,
  fate: { readonly code: string | undefined; readonly entered: boolean },
): void {
  const own = counts[party];
  own.sent += 1;
  if (!fate.entered) own.keptOut += 1;
  if (fate.code === undefined) return;
  own.refused += 1;
  codes[party][fate.code] = (codes[party][fate.code] ?? 0) + 1;
}

/** A part of the updates sent; 0 of none. */
export function rateOf(part: number, { sent }: Counts): number {
  return sent === 0 ? 0 : part / sent;
}
