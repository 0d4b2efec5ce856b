/** Ordinary network flows: organisations that each see their own mix of the kinds of traffic. */
import type { Random } from '../../shared/learning/random.ts';
import { chance, choose } from './choice.ts';
import { type Flow, KINDS, type Kind, type KindName, type Spread } from './kinds-of-traffic.ts';

/** What share of its flows each kind makes up. */
export type Mix = readonly (readonly [KindName, number])[];

const MIXES: readonly (readonly [name: string, mix: Mix])[] = [
  [
    'shop',
    [
      ['shopping', 55],
      ['calls', 15],
      ['querying', 18],
      ['payments', 7],
      ['resolving', 5],
    ],
  ],
  [
    'mail',
    [
      ['delivery', 48],
      ['reading', 32],
      ['resolving', 14],
      ['lookups', 4],
      ['administration', 2],
    ],
  ],
  [
    'dns',
    [
      ['resolving', 78],
      ['zones', 14],
      ['monitoring', 5],
      ['administration', 3],
    ],
  ],
  [
    'campus',
    [
      ['browsing', 52],
      ['reading', 12],
      ['resolving', 16],
      ['sharing', 9],
      ['speech', 6],
      ['desktops', 5],
    ],
  ],
  [
    'plant',
    [
      ['polling', 66],
      ['monitoring', 14],
      ['clocks', 8],
      ['querying', 9],
      ['desktops', 3],
    ],
  ],
  [
    'bank',
    [
      ['payments', 44],
      ['querying', 26],
      ['calls', 16],
      ['lookups', 10],
      ['backups', 4],
    ],
  ],
  [
    'hospital',
    [
      ['imaging', 27],
      ['lookups', 24],
      ['sharing', 18],
      ['browsing', 16],
      ['speech', 10],
      ['clocks', 5],
    ],
  ],
  [
    'archive',
    [
      ['backups', 34],
      ['sharing', 40],
      ['administration', 14],
      ['monitoring', 12],
    ],
  ],
];

export interface Organisation {
  readonly name: string;
  readonly mix: Mix;
}

/** The organisations, the well-known eight first; further ones mix four kinds at random. */
export function organisations(count: number, random: Random): Organisation[] {
  const kinds = Object.keys(KINDS) as KindName[];
  return Array.from({ length: count }, (_, index) => {
    const [name, mix] = MIXES[index] ?? [];
    if (name && mix) return { name, mix };
    const drawn = Array.from(
      { length: 4 },
      () =>
        [
          choose(
            random,
            kinds.map((kind) => [kind, 1]),
          ),
          10 + 40 * random.uniform(),
        ] as const,
    );
    return { name: `member-${String(index + 1).padStart(2, '0')}`, mix: drawn };
  });
}

/** One ordinary flow. Size drives bytes, packets and duration together; activity drives flows and peers. */
export function ordinaryFlow(mix: Mix, random: Random): Flow {
  const kind: Kind = KINDS[choose(random, mix)];
  const size = random.normal();
  const activity = random.normal();
  const bytesOut = lognormal(kind.bytesOut, blend(size, 0.9, random));
  const bytesIn = lognormal(kind.bytesIn, blend(size, 0.7, random));
  const flows = Math.max(1, lognormal(kind.flows, activity));
  const answered = !chance(random, kind.refused);
  return {
    protocol: kind.protocol,
    service: kind.service,
    flag: answered
      ? choose(random, [
          ['complete', 97],
          ['reset', 2.5],
          ['half-open', 0.5],
        ] as const)
      : choose(random, [
          ['refused', 3],
          ['no-reply', 2],
        ] as const),
    port_class: kind.ports,
    duration: answered
      ? lognormal(kind.duration, blend(size, 0.6, random))
      : 0.02 * Math.exp(random.normal()),
    bytes_out: answered ? bytesOut : Math.min(bytesOut, 120),
    bytes_in: answered ? bytesIn : 0,
    packets_out: packetsOf(answered ? bytesOut : 60, bytesIn, random),
    packets_in: answered ? packetsOf(bytesIn, bytesOut, random) : 0,
    flows,
    peers: Math.min(flows, Math.max(1, lognormal(kind.peers, blend(activity, 0.6, random)))),
    ports: 1 + Math.floor(-Math.log(1 - random.uniform()) * 1.2),
    same_service_rate: rate(kind.sameService, random),
    refused_rate: rate(kind.refused, random),
    interval: lognormal(kind.interval, random.normal()),
    interval_spread: lognormal([kind.regularity, 0.35], random.normal()),
    encrypted: chance(random, kind.encrypted),
    outbound: chance(random, kind.outbound),
    night: chance(random, kind.night),
  };
}

function lognormal([median, sigma]: Spread, z: number): number {
  return median * Math.exp(sigma * z);
}

/** A standard normal that correlates with another. */
function blend(z: number, correlation: number, random: Random): number {
  return correlation * z + Math.sqrt(1 - correlation ** 2) * random.normal();
}

/** Full packets for the payload, and one acknowledgement for every other packet of the far side. */
function packetsOf(bytes: number, farBytes: number, random: Random): number {
  return (2 + bytes / 1_200 + farBytes / 3_000) * Math.exp(0.15 * random.normal());
}

/** A share around its mean, tighter towards 0 and 1. */
function rate(mean: number, random: Random): number {
  return Math.min(1, Math.max(0, mean + 0.6 * mean * (1 - mean) * random.normal()));
}
