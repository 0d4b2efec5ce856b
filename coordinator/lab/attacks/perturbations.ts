/** The directions in which Min-Max and Min-Sum leave the mean (Shejwalkar and Houmansadr, NDSS 2021, section IV-A). */
import { atLength, deviationOf, meanOf, scaled, type Vector } from './vectors.ts';

export type Perturbation = 'std' | 'unit' | 'sign';

/** −σ, −μ / ‖μ‖ or −sign(μ). */
export function perturbationOf(honest: readonly Vector[], kind: Perturbation): Float64Array {
  if (kind === 'std') return scaled(deviationOf(honest), -1);
  const mean = meanOf(honest);
  return kind === 'unit' ? atLength(mean, -1) : mean.map((value) => -Math.sign(value));
}

/** The largest γ with a γ² + 2 b γ + c ≤ 0, which holds at 0 (c ≤ 0); 0 without a direction. */
export function largestRoot(a: number, b: number, c: number): number {
  return a > 0 ? Math.max(0, (-b + Math.sqrt(b * b - a * Math.min(0, c))) / a) : 0;
}

export const PERTURBATIONS: readonly {
  readonly kind: Perturbation;
  readonly suffix: string;
  readonly p: string;
}[] = [
  { kind: 'std', suffix: '', p: '−σ' },
  { kind: 'unit', suffix: '-unit', p: '−μ / ‖μ‖' },
  { kind: 'sign', suffix: '-sign', p: '−sign(μ)' },
];
