/** Every check against the cohort. A new one is a file beside this, and its line here. */
import type { Federation } from '../../../../shared/federation/schema.ts';
import { Refusal } from '../../../../shared/refusal.ts';
import { CANARY_AUDIT } from './audited.ts';
import { CANARY_FAMILIES } from './canary-families.ts';
import { CANARY_NORMALS } from './canary-normals.ts';
import { CHANGE } from './change.ts';
import { CLAIM } from './claim.ts';
import { COPY } from './copy.ts';
import type { Detector } from './detector.ts';
import { DIRECTION } from './direction.ts';
import { DISTANCE } from './distance.ts';
import { DRIFT } from './drift.ts';
import { NORM } from './norm-gate.ts';
import { OPPOSITION } from './opposition.ts';
import { OWN_NORMALS } from './own-normals.ts';
import { REPLAY } from './replay.ts';
import { SIGNS } from './signs.ts';
import { SPECTRAL } from './spectral.ts';

/** In the order of findings: what is decisive first, so that a verdict names it. */
export const DETECTORS: readonly Detector[] = [
  NORM,
  CANARY_AUDIT,
  CANARY_FAMILIES,
  OWN_NORMALS,
  CANARY_NORMALS,
  REPLAY,
  DIRECTION,
  SIGNS,
  DISTANCE,
  SPECTRAL,
  OPPOSITION,
  DRIFT,
  CHANGE,
  CLAIM,
  COPY,
];

export const DETECTOR_NAMES: readonly string[] = DETECTORS.map(({ name }) => name);

/** Refuses `federation_invalid` when `checks.without` names a detector there is not. */
export function requireKnownDetectors({ checks }: Pick<Federation, 'checks'>): void {
  const unknown = checks.without.filter((name) => !DETECTOR_NAMES.includes(name));
  if (unknown.length === 0) return;
  throw new Refusal(
    'federation_invalid',
    `checks.without: no detector is called ${unknown.join(', ')} (there are ${DETECTOR_NAMES.join(', ')})`,
    { path: 'checks.without' },
  );
}
