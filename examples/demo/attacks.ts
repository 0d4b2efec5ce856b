/** Anomalies, each an ordinary flow of the organisation bent by what an intruder does; some strongly, some hardly. */
import type { Random } from '../../shared/learning/random.ts';
import { chance, choose } from './choice.ts';
import type { Flow } from './kinds-of-traffic.ts';

export interface Attack {
  /** The anomaly's own name. */
  readonly label: string;
  readonly category: 'reconnaissance' | 'theft' | 'access' | 'control' | 'denial' | 'movement';
  /** Bends an ordinary flow. `strength` in [0, 1]: near 0 it hides. */
  bend(flow: Flow, strength: number, random: Random): Flow;
}

/** Share of its traces that the weakest attack leaves. */
const FAINTEST = 0.25;

export const ATTACKS: readonly Attack[] = [
  {
    label: 'port-scan',
    category: 'reconnaissance',
    bend: (flow, strength, random) => ({
      ...flow,
      protocol: 'tcp',
      flag: choose(random, [
        ['refused', 5],
        ['half-open', 3],
        ['no-reply', 2],
        ['complete', 1],
      ] as const),
      port_class: choose(random, [
        ['well-known', 4],
        ['registered', 5],
        ['dynamic', 2],
      ] as const),
      duration: 0.01 * Math.exp(random.normal()),
      bytes_out: 60 + 60 * random.uniform(),
      bytes_in: 54 * random.uniform(),
      packets_out: 1 + random.uniform(),
      packets_in: random.uniform(),
      flows: flow.flows + between(12, 500, strength),
      ports: between(6, 400, strength),
      same_service_rate: 0.35 * random.uniform(),
      refused_rate: between(0.15, 0.95, strength),
      encrypted: false,
    }),
  },
  {
    label: 'exfiltration',
    category: 'theft',
    bend: (flow, strength, random) => ({
      ...flow,
      protocol: 'tcp',
      service: choose(random, [
        ['web', 5],
        ['shell', 2],
        ['mail', 1],
      ] as const),
      flag: 'complete',
      port_class: choose(random, [
        ['well-known', 3],
        ['dynamic', 1],
      ] as const),
      duration: between(30, 2_500, strength) * Math.exp(0.5 * random.normal()),
      bytes_out: between(900_000, 400_000_000, strength) * Math.exp(0.4 * random.normal()),
      bytes_in: 2_500 * Math.exp(random.normal()),
      packets_out: between(900, 300_000, strength),
      packets_in: between(300, 90_000, strength),
      peers: 1,
      encrypted: true,
      outbound: true,
      night: chance(random, 0.6),
    }),
  },
  {
    label: 'brute-force',
    category: 'access',
    bend: (flow, strength, random) => ({
      ...flow,
      protocol: 'tcp',
      service: choose(random, [
        ['shell', 4],
        ['desktop', 3],
        ['mailbox', 3],
        ['directory', 1],
      ] as const),
      flag: choose(random, [
        ['reset', 5],
        ['complete', 3],
        ['refused', 2],
      ] as const),
      duration: 0.9 * Math.exp(0.4 * random.normal()),
      bytes_out: 1_300 * Math.exp(0.2 * random.normal()),
      bytes_in: 1_700 * Math.exp(0.2 * random.normal()),
      packets_out: 11 + 3 * random.uniform(),
      packets_in: 9 + 3 * random.uniform(),
      flows: between(25, 900, strength) * Math.exp(0.3 * random.normal()),
      peers: 1,
      same_service_rate: 0.9 + 0.1 * random.uniform(),
      refused_rate: between(0.08, 0.5, strength),
      interval: between(15, 0.4, strength),
      interval_spread: 0.15 + 0.2 * random.uniform(),
      outbound: false,
    }),
  },
  {
    label: 'beacon',
    category: 'control',
    bend: (flow, strength, random) => ({
      ...flow,
      protocol: 'tcp',
      service: 'web',
      flag: 'complete',
      port_class: choose(random, [
        ['well-known', 3],
        ['dynamic', 2],
      ] as const),
      duration: 0.3 * Math.exp(0.3 * random.normal()),
      bytes_out: 340 * Math.exp(0.1 * random.normal()),
      bytes_in: 210 * Math.exp(0.1 * random.normal()),
      packets_out: 5 + random.uniform(),
      packets_in: 4 + random.uniform(),
      peers: 1,
      same_service_rate: 0.3 * random.uniform(),
      interval: 60 * Math.exp(0.8 * random.normal()),
      interval_spread: between(0.12, 0.005, strength),
      encrypted: true,
      outbound: true,
      night: chance(random, 0.45),
    }),
  },
  {
    label: 'flood',
    category: 'denial',
    bend: (flow, strength, random) => ({
      ...flow,
      flag: choose(random, [
        ['half-open', 6],
        ['no-reply', 3],
        ['reset', 1],
      ] as const),
      duration: 0.002 * Math.exp(random.normal()),
      bytes_out: 60 + 20 * random.uniform(),
      bytes_in: 0,
      packets_out: 1 + random.uniform(),
      packets_in: 0,
      flows: between(600, 60_000, strength) * Math.exp(0.3 * random.normal()),
      peers: 1,
      ports: 1,
      same_service_rate: 1,
      refused_rate: between(0.4, 0.99, strength),
      interval: 0.002 * Math.exp(random.normal()),
      encrypted: false,
      outbound: chance(random, 0.2),
    }),
  },
  {
    label: 'lateral-movement',
    category: 'movement',
    bend: (flow, strength, random) => ({
      ...flow,
      protocol: 'tcp',
      service: choose(random, [
        ['share', 4],
        ['desktop', 3],
        ['shell', 2],
        ['directory', 1],
      ] as const),
      flag: choose(random, [
        ['complete', 6],
        ['refused', 2],
        ['reset', 2],
      ] as const),
      duration: 6 * Math.exp(random.normal()),
      flows: between(20, 220, strength),
      peers: between(9, 120, strength),
      ports: 2 + 3 * random.uniform(),
      same_service_rate: 0.5 + 0.5 * random.uniform(),
      refused_rate: between(0.06, 0.45, strength),
      outbound: false,
      night: chance(random, 0.7),
    }),
  },
];

/**
 * One event of an attack on that ordinary flow. The weaker, the fewer of its traces show: an intruder who hides
 * leaves the rest of the flow as it was.
 */
export function attackFlow(attack: Attack, flow: Flow, random: Random): Flow {
  const strength = random.uniform();
  const bent = attack.bend(flow, strength, random);
  const shows = FAINTEST + (1 - FAINTEST) * strength;
  const kept = Object.entries(flow).filter(() => !chance(random, shows));
  return { ...bent, ...Object.fromEntries(kept) };
}

/** From one value to another along a logarithm, so that the middle is a typical case and not half of the extreme. */
function between(weak: number, strong: number, strength: number): number {
  return weak * (strong / weak) ** strength;
}
