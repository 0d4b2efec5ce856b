/** The federation file: one consortium, one shared model, the plan of its rounds and its policy. */
import { z } from 'zod';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * A duration such as `500ms`, `30s`, `5m` or `1h`; milliseconds after parsing. A number is milliseconds already, so
 * that a validated federation, as it is announced and signed, can be validated again.
 */
const duration = z.union([
  z.number().min(0),
  z
    .string()
    .regex(DURATION, 'a duration such as 500ms, 30s, 5m or 1h')
    .transform((text) => {
      const [, amount, unit] = DURATION.exec(text) ?? [];
      return Number(amount) * MS_PER_UNIT[unit as keyof typeof MS_PER_UNIT];
    }),
]);

const share = z.number().min(0).max(1);
const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');

const NumericFeature = z.strictObject({
  name: z.string().min(1).max(128),
  type: z.literal('numeric'),
  /** Values outside are refused by the data checks. */
  min: z.number().optional(),
  max: z.number().optional(),
});
const CategoryFeature = z.strictObject({
  name: z.string().min(1).max(128),
  type: z.literal('category'),
  /** The vocabulary; anything else is encoded as "other". */
  values: z.array(z.string()).min(1).max(4096),
  /** `other` encodes an unknown value as "other"; `refuse` makes it a data error. */
  unknown: z.enum(['other', 'refuse']).default('other'),
});
const BooleanFeature = z.strictObject({ name: z.string().min(1).max(128), type: z.literal('boolean') });

const Feature = z.discriminatedUnion('type', [NumericFeature, CategoryFeature, BooleanFeature]);

const Encoding = z.enum(['quantile', 'log']).default('quantile');

const ChristoffelModel = z.strictObject({
  family: z.literal('christoffel'),
  /** `fourier`: random Fourier features. `linear`: the plain features, which gives the Mahalanobis distance. */
  map: z.enum(['fourier', 'linear']).default('fourier'),
  /** D, the number of random features. */
  features: z.int().min(8).max(4096).default(512),
  encoding: Encoding,
  /** σ = bandwidth · √(2T), T the trace of the pooled covariance. */
  bandwidth: z.number().positive().default(1),
  /** λ = ridge / N. */
  ridge: z.number().positive().default(1),
});

const AutoencoderModel = z.strictObject({
  family: z.literal('autoencoder'),
  /** Widths of the hidden layers, e.g. [64, 16, 64]. */
  hidden: z.array(z.int().min(1).max(65_536)).min(1).max(16).default([64, 16, 64]),
  activation: z.enum(['relu', 'elu', 'tanh']).default('relu'),
  encoding: Encoding,
  /** Gradient rounds in a run. */
  rounds: z.int().min(1).max(100_000).default(500),
  localSteps: z.int().min(1).max(100_000).default(5),
  batch: z.int().min(1).max(65_536).default(64),
  learningRate: z.number().positive().default(0.05),
  /** μ of FedProx; 0 switches it off. */
  proximal: z.number().min(0).default(0),
  /** Share of the worst-fitting rows of each batch left out of the loss. */
  trimLoss: share.default(0),
  server: z
    .discriminatedUnion('optimizer', [
      z.strictObject({ optimizer: z.literal('plain'), learningRate: z.number().positive().default(1) }),
      z.strictObject({
        optimizer: z.literal('adam'),
        learningRate: z.number().positive().default(0.01),
        beta1: share.default(0.9),
        beta2: share.default(0.99),
        epsilon: z.number().positive().default(1e-3),
      }),
    ])
    .prefault({ optimizer: 'adam' }),
});

const Rounds = z
  .strictObject({
    /** Quorum: fewer updates than this and the round is abandoned. */
    min: z.int().min(1).default(2),
    /** The collection closes as soon as this many updates are in. Default: the whole cohort. */
    target: z.int().min(1).optional(),
    /** Cohort size as a multiple of target, so that a few may fail. */
    overselect: z.number().min(1).max(10).default(1.25),
    /** The longest a round collects while nobody makes progress. */
    openFor: duration.prefault('10m'),
    /** After the quorum is in, how long the rest may still take. */
    grace: duration.prefault('30s'),
    /** A member that moved no byte and reported no step for this long no longer counts as on its way. */
    idle: duration.prefault('30s'),
    /** Fresh cohorts tried before the run is given up. */
    attempts: z.int().min(1).max(100).default(3),
  })
  .refine((r) => r.target === undefined || r.target >= r.min, {
    path: ['target'],
    error: 'target must be at least min',
  });

/** f, the updates assumed to be outliers. Default: what the size of the cohort allows, see `assumedOutliers`. */
const outliers = z.int().min(0).max(10_000).optional();

const Checks = z.strictObject({
  norm: z
    .strictObject({
      /** An update is refused when its norm is below low × or above high × the cohort's median. */
      low: z.number().min(0).default(0.1),
      high: z.number().positive().default(3),
    })
    .prefault({}),
  /** Samples a member may claim when the operator set no bound of its own at approval. */
  maxSamples: z.int().min(1).default(1_000_000),
  /** Samples count up to this multiple of the cohort's median, whatever was claimed and enrolled. */
  samplesPerMedian: z.number().min(1).default(10),
  /** f, the members assumed to be outliers. Default by the size of the cohort, see `assumedOutliers`. */
  outliers,
  /** Detectors that are left out. They are listed in the reference of this file. */
  without: z.array(z.string().min(1).max(64)).max(64).default([]),
  audit: z
    .strictObject({
      /** τ: a member is taken out of sums when the mean rank of a canary label rises by more without it. */
      threshold: share.default(0.05),
      /** A label counts when at least this many canaries of it are held by others. */
      leastCanaries: z.int().min(1).default(20),
    })
    .prefault({}),
});

const Standing = z.strictObject({
  /** `observe` only records, `recommend` asks an operator, `enforce` acts. */
  mode: z.enum(['observe', 'recommend', 'enforce']).default('enforce'),
  /** Quarantine follows when this many of the last `window` judged rounds were outliers. */
  quarantineAfter: z.int().min(1).max(1000).default(3),
  window: z.int().min(1).max(1000).default(10),
  /** Clean rounds in quarantine, in a row, after which a member is released; 0: by an operator only. */
  releaseAfter: z.int().min(0).max(100_000).default(20),
  budget: z
    .strictObject({
      /** Automatic quarantines per `per`. Default: the assumed outliers of the cohort, at least 1. */
      quarantines: z.int().min(0).optional(),
      per: duration.prefault('24h').refine((ms) => ms > 0, 'a budget is for some time: more than 0'),
    })
    .prefault({}),
  /** λ: how much of a member's reputation is carried from round to round. */
  memory: z.number().gt(0).lt(1).default(0.95),
});

/** What is done to the updates before the rule combines them; each step hands its rows to the next. */
const PreAggregation = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('nnm'), outliers }),
  z.strictObject({ rule: z.literal('bucketing'), size: z.int().min(2).max(1000).default(2) }),
  z.strictObject({ rule: z.literal('arc'), outliers }),
  z.strictObject({
    rule: z.literal('norm-clip'),
    /** The longest norm that passes unclipped. Default: the median norm of the updates. */
    norm: z.number().positive().optional(),
  }),
]);

const before = z.array(PreAggregation).max(4).optional();

/** A rule is a value with its own parameters; more rules are more members of this union. */
const Rule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('weighted-mean'), before }),
  z.strictObject({
    rule: z.literal('trimmed-mean'),
    /** f, the updates trimmed at each end of a column. Default: as `outliers`. */
    trim: z.int().min(0).optional(),
    before,
  }),
  z.strictObject({ rule: z.literal('median'), before }),
  z.strictObject({ rule: z.literal('mean-around-median'), outliers, before }),
  z.strictObject({
    rule: z.literal('geometric-median'),
    /** ν: distances below it count as ν. From 1e-300 on the sum of all 1 / ν is a finite number. */
    smoothing: z.number().min(1e-300).default(1e-6),
    /** Weiszfeld steps from zero. Default: until it has converged. */
    iterations: z.int().min(1).max(10_000).optional(),
    before,
  }),
  z.strictObject({
    rule: z.literal('krum'),
    outliers,
    /** Nearest others whose squared distances make a score. Default n − f − 2. */
    neighbours: z.int().min(1).optional(),
    before,
  }),
  z.strictObject({
    rule: z.literal('multi-krum'),
    outliers,
    neighbours: z.int().min(1).optional(),
    /** m, the best scores that are averaged. Default n − f. */
    keep: z.int().min(1).optional(),
    before,
  }),
  z.strictObject({ rule: z.literal('bulyan'), outliers, before }),
  z.strictObject({ rule: z.literal('mda'), outliers, before }),
  z.strictObject({
    rule: z.literal('centred-clipping'),
    /** τ. Default: the median distance from the centre. */
    radius: z.number().positive().optional(),
    iterations: z.int().min(1).max(1000).default(3),
    before,
  }),
  z.strictObject({ rule: z.literal('fltrust'), before }),
]);

const Threshold = z.strictObject({
  /** Share of normal events that may alert. Members report the (1 − budget) quantile of held-back normals. */
  alertBudget: z.number().gt(0).lt(0.5).default(0.01),
  /** Share of each organisation's rows held back by their own hash, never trained on. */
  holdBack: z.number().gt(0).lt(0.9).default(0.2),
});

const Promotion = z.strictObject({
  mode: z.enum(['automatic', 'operator']).default('automatic'),
  /** Share of votes that must approve. */
  approvals: share.default(0.5),
  /** The most AUROC on the canary set that a candidate may lose against the current model. */
  regressionBound: share.default(0.01),
  /** How long votes are awaited. */
  voteFor: duration.prefault('1m'),
});

const Canary = z.strictObject({
  /** CSV with the features, then `label` and `category`; `label` is `normal` or the name of a known anomaly. */
  file: z.string().min(1),
  /** The least AUROC on the canary set that a candidate must reach. */
  minAuroc: share.default(0.5),
});

export const FederationSchema = z
  .strictObject({
    federation: identifier,
    description: z.string().max(2000).default(''),
    features: z.array(Feature).min(1).max(10_000),
    model: z.discriminatedUnion('family', [ChristoffelModel, AutoencoderModel]),
    /** Seed of everything random that is shared: feature maps, initial weights, cohorts, batches. */
    seed: z
      .int()
      .min(0)
      .max(2 ** 31)
      .default(1),
    rounds: Rounds.prefault({}),
    checks: Checks.prefault({}),
    standing: Standing.prefault({}),
    /** The rule for gradient families. Sums and statistics are always a weighted mean. */
    aggregation: Rule.prefault({ rule: 'trimmed-mean' }),
    threshold: Threshold.prefault({}),
    promotion: Promotion.prefault({}),
    canary: Canary.optional(),
  })
  .superRefine((federation, context) => {
    const seen = new Set<string>();
    federation.features.forEach((feature, index) => {
      if (seen.has(feature.name)) {
        context.addIssue({
          code: 'custom',
          path: ['features', index, 'name'],
          message: `feature ${feature.name} is declared twice`,
        });
      }
      seen.add(feature.name);
    });
  });

export type Federation = z.output<typeof FederationSchema>;
export type Feature = z.output<typeof Feature>;
export type ModelSpec = Federation['model'];
export type ChristoffelSpec = Extract<ModelSpec, { family: 'christoffel' }>;
export type AutoencoderSpec = Extract<ModelSpec, { family: 'autoencoder' }>;
export type RuleSpec = Federation['aggregation'];
export type RuleName = RuleSpec['rule'];
export type RuleOf<Name extends RuleName> = Extract<RuleSpec, { rule: Name }>;
export type PreAggregationSpec = NonNullable<RuleSpec['before']>[number];
export type PreAggregationOf<Name extends PreAggregationSpec['rule']> = Extract<
  PreAggregationSpec,
  { rule: Name }
>;
export type StandingPolicy = Federation['standing'];
export type RoundWindows = Federation['rounds'];
