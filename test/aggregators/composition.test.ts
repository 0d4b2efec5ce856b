import { describe, expect, it } from 'vitest';
import { parseFederation } from '../../shared/federation/load.ts';

const withRule = (aggregation: string) =>
  parseFederation(`
federation: example
features:
  - { name: duration, type: numeric }
model: { family: autoencoder }
aggregation: ${aggregation}
`).aggregation;

describe('a rule in the federation file', () => {
  it('is a value with the steps before it', () => {
    expect(withRule('{ rule: trimmed-mean, trim: 2, before: [{ rule: nnm, outliers: 2 }] }')).toEqual({
      rule: 'trimmed-mean',
      trim: 2,
      before: [{ rule: 'nnm', outliers: 2 }],
    });
  });

  it.each([
    ['{ rule: krum, neighbors: 3 }', /aggregation.*neighbors/s],
    ['{ rule: median, trim: 3 }', /aggregation.*trim/s],
    ['{ rule: krumm }', /aggregation\.rule/],
    ['{ rule: mda, outliers: -1 }', /aggregation\.outliers/],
    ['{ rule: median, before: [{ rule: arc }, { rule: nmm }] }', /aggregation\.before(\.1|\[1\])\.rule/],
    ['{ rule: median, before: [{ rule: nnm, outlier: 1 }] }', /aggregation\.before(\.0|\[0\]).*outlier/s],
    ['{ rule: geometric-median, smoothing: 9e-301 }', /aggregation\.smoothing.*1e-300/],
    ['{ rule: median, before: { rule: nnm } }', /aggregation\.before/],
  ])('%s is refused with its path', (aggregation, path) => {
    expect(() => withRule(aggregation)).toThrow(
      expect.objectContaining({ code: 'federation_invalid', message: expect.stringMatching(path) }),
    );
  });
});
