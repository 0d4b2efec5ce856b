/** What a member's last updates of the run under way came to, for the checks that look along time. */

/** Rounds that are remembered. */
export const TRAIL_ROUNDS = 10;

/** One judged update, in numbers. */
export interface TrailPoint {
  readonly round: number;
  readonly step: string;
  /** Whether the cohort's checks, had they decided alone, would have let it in. */
  readonly clean: boolean;
  /** What each detector saw, by its name. */
  readonly values: Readonly<Record<string, number>>;
  /** The first member of those whose updates were all but the same; absent where none was. */
  readonly copyOf?: string;
}

export interface Trail {
  /** Newest last, at most `TRAIL_ROUNDS`. */
  readonly points: readonly TrailPoint[];
  /** Sums over the rounds of the step under way, for detectors that add up: by detector, a vector of its own. */
  readonly sums: Readonly<Record<string, readonly number[]>>;
}

export const NO_TRAIL: Trail = { points: [], sums: {} };

/** The trail with one more round; `sums` are the member's new ones, whatever step they were begun in. */
export function trailAfter({ points }: Trail, point: TrailPoint, sums: Trail['sums']): Trail {
  return { points: [...points, point].slice(-TRAIL_ROUNDS), sums };
}
