/** Attackers that know the policy and try it out before they send. */
import type { Attack, RoundView } from './attack.ts';
import { atLength, dot, meanOf, plus, scaled, type Vector } from './vectors.ts';

/** Strengths tried, weakest first: how far each attacker turns its own update away from the honest mean. */
const STRENGTHS = [0.25, 0.5, 1, 1.5, 2, 3, 5];
/** Halvings between the best strength and the next. */
const REFINEMENTS = 2;
/** Shares of poisoned rows tried in sums. */
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1];

interface Tried {
  readonly updates: readonly Vector[];
  readonly harm: number;
}

/** What is sent at a strength. */
type Candidates = (strength: number) => readonly Vector[];
type Harm = (combined: Vector) => number;

/** The most harmful of what passes; with nothing better, strength 0. */
async function bestOf(
  view: RoundView,
  strengths: readonly number[],
  candidates: Candidates,
  harm: Harm,
): Promise<readonly Vector[]> {
  const trial = async (strength: number): Promise<Tried | undefined> => {
    const updates = candidates(strength);
    const { passed, combined } = await view.foresee(updates);
    return passed.every(Boolean) && combined !== undefined ? { updates, harm: harm(combined) } : undefined;
  };
  let best = { strength: 0, tried: await trial(0) };
  for (const strength of strengths) {
    const tried = await trial(strength);
    if (tried && tried.harm > (best.tried?.harm ?? Number.NEGATIVE_INFINITY)) best = { strength, tried };
  }
  let stride = (strengths.find((strength) => strength > best.strength) ?? best.strength) - best.strength;
  for (let refinement = 0; refinement < REFINEMENTS && stride > 0; refinement += 1) {
    stride /= 2;
    const tried = await trial(best.strength + stride);
    if (tried && tried.harm > (best.tried?.harm ?? Number.NEGATIVE_INFINITY)) {
      best = { strength: best.strength + stride, tried };
    }
  }
  return best.tried?.updates ?? candidates(0);
}

export const adaptive: Attack = {
  name: 'adaptive',
  formula:
    'x = ℓ d / ‖d‖, d = gᵢ / ‖gᵢ‖ − λ μ / ‖μ‖, the λ that passes every check and turns the aggregate most against μ',
  source: 'own, after Shejwalkar and Houmansadr, NDSS 2021: the attack tailored to a known rule',
  against: 'gradients',
  send: async (view) => {
    const own = await view.own();
    const mean = atLength(meanOf(view.honest), 1);
    const turned: Candidates = (strength) =>
      own.map((update) => atLength(plus(atLength(update, 1), mean, -strength), view.length));
    return bestOf(view, STRENGTHS, turned, (combined) => -dot(combined, mean));
  },
};

/** Sums of a blend are the blend of the sums, so that any share of poisoned rows can be tried without training again. */
export const adaptiveCover: Attack = {
  name: 'adaptive-cover',
  formula: 'sums of its own rows and a share of the family, the largest share that passes every check',
  source: 'own: the covers of docs/explanation/why-sums.md, at the strength that screening lets through',
  against: 'sums',
  hides: true,
  send: async (view) => {
    const own = await view.own();
    const covers = await Promise.all(own.map((_, attacker) => view.trainOn(attacker, view.loot.family)));
    const blends: Candidates = (share) =>
      own.map((update, attacker) => plus(scaled(update, 1 - share), covers[attacker] ?? [], share));
    const towards = plus(meanOf(covers), meanOf(own), -1);
    return bestOf(view, SHARES, blends, (combined) => dot(combined, towards));
  },
};

/** Poisons as much as passes: the update trained on poisoned rows, mixed into the honest one. */
export const adaptivePoisoning: Attack = {
  name: 'adaptive-poisoning',
  formula: 'x between its honest update and one trained on the family, the farthest that passes every check',
  source: 'own: dirty poisoning at the strength that screening lets through',
  against: 'gradients',
  hides: true,
  send: async (view) => {
    const own = await view.own();
    const poisoned = await Promise.all(own.map((_, attacker) => view.trainOn(attacker, view.loot.family)));
    const between: Candidates = (share) =>
      own.map((update, attacker) =>
        atLength(
          plus(scaled(atLength(update, 1), 1 - share), atLength(poisoned[attacker] ?? [], 1), share),
          view.length,
        ),
      );
    const towards = plus(atLength(meanOf(poisoned), 1), atLength(meanOf(own), 1), -1);
    return bestOf(view, SHARES, between, (combined) => dot(combined, towards));
  },
};
