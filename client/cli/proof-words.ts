import { table } from '../../shared/terminal/table.ts';
import { NOT_PROVEN, type ReleaseProof } from '../core/release-proof.ts';

export function proofAsJson({ steps, holds, manifest }: ReleaseProof): object {
  return {
    holds,
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

export function proofInWords({ steps, holds }: ReleaseProof): string {
  return [
    table(
      steps,
      [
        { heading: 'outcome', show: ({ outcome }) => (outcome === 'failed' ? 'FAILED' : outcome) },
        { heading: 'step', show: ({ name }) => name },
        { heading: 'what', show: ({ code, message }) => (code ? `${code}: ${message}` : message) },
      ],
      'nothing was checked',
    ),
    '',
    holds
      ? 'Every step that could be checked holds.'
      : 'This is not the model that was published. Do not use it.',
    'Not proven by this:',
    ...NOT_PROVEN.map((claim) => `  ${claim}`),
  ].join('\n');
}
