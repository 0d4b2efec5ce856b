import { table } from '../../shared/terminal/table.ts';
import { NOT_PROVEN, type ProofStep, type ReleaseProof, uncheckedSteps } from '../core/release-proof.ts';

/** What `verify` has to be given to check a step. */
const CHECKED_WITH: Partial<Record<ProofStep['name'], string>> = {
  publisher: '--publisher <did>',
  journal: '--log-key <key>',
};

export function proofAsJson(proof: ReleaseProof): object {
  const { steps, holds, manifest } = proof;
  return {
    holds,
    unchecked: uncheckedSteps(proof).map(({ name }) => name),
    steps,
    notProven: NOT_PROVEN,
    ...(manifest
      ? {
          model: {
            federation: manifest.federation.id,
            version: manifest.version,
            weights: manifest.weights.digest,
            threshold: manifest.threshold.value,
            createdAt: manifest.createdAt,
          },
        }
      : {}),
  };
}

export function proofInWords(proof: ReleaseProof): string {
  return [
    table(
      proof.steps,
      [
        { heading: 'outcome', show: ({ outcome }) => (outcome === 'failed' ? 'FAILED' : outcome) },
        { heading: 'step', show: ({ name }) => name },
        { heading: 'what', show: ({ code, message }) => (code ? `${code}: ${message}` : message) },
      ],
      'nothing was checked',
    ),
    '',
    ...outcomeLines(proof),
    'Not proven by this:',
    ...NOT_PROVEN.map((claim) => `  ${claim}`),
  ].join('\n');
}

function outcomeLines(proof: ReleaseProof): string[] {
  if (!proof.holds) return ['This is not the model that was published. Do not use it.'];
  const unchecked = uncheckedSteps(proof);
  if (unchecked.length === 0) return ['Every step holds.'];
  const were = unchecked.length === 1 ? 'was' : 'were';
  return [
    `Every step that was checked holds, but ${unchecked.length} of ${proof.steps.length} ${were} not checked; with --strict that is exit code 1.`,
    ...unchecked.map(
      ({ name, message }) => `  ${name}: ${message}; give ${CHECKED_WITH[name] ?? 'what it rests on'}`,
    ),
  ];
}
