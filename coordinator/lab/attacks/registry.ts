/** Every attack there is, by name. A new one is a file here and its line below. */
import { adaptive, adaptiveCover, adaptivePoisoning } from './adaptive.ts';
import { ALIE } from './alie.ts';
import type { Attack } from './attack.ts';
import { COVERS } from './cover.ts';
import { fangKrum } from './fang-krum.ts';
import { fangTrimmed } from './fang-trimmed.ts';
import { framing } from './framing.ts';
import { freeRidingReplay, freeRidingZero } from './free-riding.ts';
import { gaussian, gaussianAtLength } from './gaussian.ts';
import { IPM } from './ipm.ts';
import { labelFlip } from './label-flip.ts';
import { mimic } from './mimic.ts';
import { MIN_MAX } from './min-max.ts';
import { MIN_SUM } from './min-sum.ts';
import { notFinite } from './not-finite.ts';
import { cleanLabelPoisoning, dirtyPoisoning } from './poisoning.ts';
import { boostedPoisoning, scaling } from './scaling.ts';
import { signFlip, signFlipOmniscient } from './sign-flip.ts';
import { slowDrift } from './slow-drift.ts';
import { sybil } from './sybil.ts';
import { stretchedStatistics, thresholdPoisoning } from './thresholds.ts';

/** Nobody attacks. */
export const NO_ATTACK = 'none';

export const ATTACKS: readonly Attack[] = [
  signFlip,
  signFlipOmniscient,
  scaling,
  gaussian,
  gaussianAtLength,
  notFinite,
  ...ALIE,
  ...IPM,
  ...MIN_MAX,
  ...MIN_SUM,
  fangTrimmed,
  fangKrum,
  mimic,
  labelFlip,
  dirtyPoisoning,
  cleanLabelPoisoning,
  boostedPoisoning,
  freeRidingZero,
  freeRidingReplay,
  sybil,
  slowDrift,
  framing,
  thresholdPoisoning,
  stretchedStatistics,
  ...COVERS,
  adaptive,
  adaptivePoisoning,
  adaptiveCover,
];

/** Those that mean something against this kind of model. */
export function attacksAgainst(kind: 'gradients' | 'sums'): Attack[] {
  return ATTACKS.filter(({ against }) => against === 'any' || against === kind);
}
