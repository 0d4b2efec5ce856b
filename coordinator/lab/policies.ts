/** What a consortium may choose: rules, checks and standing, under the names that the lab knows them by. */
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { validateFederation } from '../../shared/federation/load.ts';
import { type Federation, FederationSchema } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import { DETECTOR_NAMES, DETECTORS, requireKnownDetectors } from '../core/checks/detectors/registry.ts';

/** A federation under one policy, and what of its machinery runs. */
export interface LabPolicy {
  readonly name: string;
  readonly federation: Federation;
  /** Whether updates are looked at before they are taken: a federation always does, `none` does not. */
  readonly door: boolean;
  /** Whether any check against the cohort is on. */
  readonly screens: boolean;
  /** Whether any of them may look at canaries: all but the gate on norms may. */
  readonly canaries: boolean;
}

type Fragment = Readonly<Partial<Record<'aggregation' | 'checks' | 'standing', unknown>>>;

const UNSCREENED = { checks: { without: DETECTOR_NAMES }, standing: { mode: 'observe' } };
const NORMS_ONLY = {
  checks: { without: DETECTOR_NAMES.filter((name) => name !== 'norm') },
  standing: { mode: 'observe' },
};

/** What is left of the screening where nobody has canaries. */
const CANARY_DETECTORS = DETECTORS.flatMap(({ kind, name }) => (kind === 'canary' ? [name] : []));

const unscreened = (aggregation: unknown): Fragment => ({ aggregation, ...UNSCREENED });

/** The plain mean without a look at anything: what every figure is held against. */
export const NO_POLICY = 'none';

const NAMED: Readonly<Record<string, Fragment>> = {
  [NO_POLICY]: unscreened({ rule: 'weighted-mean' }),
  'mean+gates': { aggregation: { rule: 'weighted-mean' }, ...NORMS_ONLY },
  default: {},
  'trimmed-mean': unscreened({ rule: 'trimmed-mean' }),
  median: unscreened({ rule: 'median' }),
  'mean-around-median': unscreened({ rule: 'mean-around-median' }),
  'geometric-median': unscreened({ rule: 'geometric-median' }),
  krum: unscreened({ rule: 'krum' }),
  'multi-krum': unscreened({ rule: 'multi-krum' }),
  bulyan: unscreened({ rule: 'bulyan', outliers: 1 }),
  mda: unscreened({ rule: 'mda' }),
  'centred-clipping': unscreened({ rule: 'centred-clipping' }),
  fltrust: unscreened({ rule: 'fltrust' }),
  'nnm+trimmed-mean': unscreened({ rule: 'trimmed-mean', before: [{ rule: 'nnm' }] }),
  'bucketing+trimmed-mean': unscreened({ rule: 'trimmed-mean', trim: 1, before: [{ rule: 'bucketing' }] }),
  'arc+nnm+trimmed-mean': unscreened({ rule: 'trimmed-mean', before: [{ rule: 'arc' }, { rule: 'nnm' }] }),
  'norm-clip+mean': unscreened({ rule: 'weighted-mean', before: [{ rule: 'norm-clip' }] }),
  'no-canaries': { checks: { without: CANARY_DETECTORS } },
  'screen+mean': { aggregation: { rule: 'weighted-mean' } },
  'screen+trimmed-mean': { aggregation: { rule: 'trimmed-mean' } },
  'screen+median': { aggregation: { rule: 'median' } },
  'screen+nnm+trimmed-mean': { aggregation: { rule: 'trimmed-mean', before: [{ rule: 'nnm' }] } },
  'screen+geometric-median': { aggregation: { rule: 'geometric-median' } },
  'screen+multi-krum': { aggregation: { rule: 'multi-krum' } },
  'screen+mda': { aggregation: { rule: 'mda' } },
  'screen+centred-clipping': { aggregation: { rule: 'centred-clipping' } },
  'screen+fltrust': { aggregation: { rule: 'fltrust' } },
};

/** A file's own policy, when the lab works on a federation file. */
const FILE_POLICY = 'file';

export const POLICY_NAMES: readonly string[] = Object.keys(NAMED);

/**
 * A policy by its name, `file` for the federation's own, or the path of a YAML or JSON file with `aggregation`,
 * `checks` and `standing` as in a federation file. Refuses `usage` for an unknown name, `federation_invalid` for a
 * value that the schema does not admit.
 *
 * @param base the federation's features, model and seed; `own` is its policy, for `file`
 */
export function policyOf(name: string, base: Federation, own: Fragment | undefined): LabPolicy {
  const federation = validateFederation({ ...base, ...fragmentOf(name, own) }, `policy ${name}`);
  requireKnownDetectors(federation);
  const on = DETECTORS.filter((detector) => !federation.checks.without.includes(detector.name));
  return {
    name,
    federation,
    door: name !== NO_POLICY,
    screens: on.length > 0,
    canaries: on.some((detector) => detector.name !== 'norm'),
  };
}

function fragmentOf(name: string, own: Fragment | undefined): Fragment {
  if (name === FILE_POLICY && own !== undefined) return own;
  if (Object.hasOwn(NAMED, name)) return { ...DEFAULTS, ...NAMED[name] };
  if (existsSync(name)) return { ...DEFAULTS, ...readFragment(name) };
  const known = own === undefined ? POLICY_NAMES : [...POLICY_NAMES, FILE_POLICY];
  throw new Refusal(
    'usage',
    `no policy ${JSON.stringify(name)}, neither a name nor a file; known: ${known.join(', ')}`,
    { policy: name },
  );
}

/** Left out, each part is at the federation's default, not at that of a file at hand. */
const DEFAULTS: Fragment = { aggregation: undefined, checks: undefined, standing: undefined };

/** A whole federation file will do; of a key that none has, nobody would notice that it does nothing. */
function readFragment(path: string): Fragment {
  const parts = readParts(path);
  const strange = Object.keys(parts).filter((key) => !Object.hasOwn(FederationSchema.shape, key));
  if (strange.length > 0)
    throw noPolicy(path, `has ${strange.join(', ')}; known are aggregation, checks and standing`);
  const { aggregation, checks, standing } = parts;
  return { aggregation, checks, standing };
}

function readParts(path: string): Fragment {
  try {
    const parts: unknown = parse(readFileSync(path, 'utf8'));
    if (typeof parts === 'object' && parts !== null && !Array.isArray(parts)) return parts;
  } catch (error) {
    throw noPolicy(path, `cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  throw noPolicy(path, 'holds no object of aggregation, checks and standing');
}

function noPolicy(path: string, why: string): Refusal {
  return new Refusal('federation_invalid', `policy ${path} ${why}`, { path });
}
