/** Kinds of ordinary network flows, in figures: own invention, plausible and no more. */

/** One event: a flow, and what its source host did in the five minutes before. */
export interface Flow {
  protocol: 'tcp' | 'udp' | 'icmp';
  service: Service;
  flag: 'complete' | 'refused' | 'reset' | 'half-open' | 'no-reply';
  port_class: 'well-known' | 'registered' | 'dynamic';
  /** Seconds. */
  duration: number;
  bytes_out: number;
  bytes_in: number;
  packets_out: number;
  packets_in: number;
  /** Flows of the source host, five minutes. */
  flows: number;
  /** Distinct hosts it talked to. */
  peers: number;
  /** Distinct ports it tried. */
  ports: number;
  /** Share of those flows that went to this service. */
  same_service_rate: number;
  /** Share of those flows that were refused or never answered. */
  refused_rate: number;
  /** Mean seconds between flows to this peer. */
  interval: number;
  /** Standard deviation of that gap over its mean: 0 is clockwork. */
  interval_spread: number;
  encrypted: boolean;
  outbound: boolean;
  night: boolean;
}

export type Service =
  | 'web'
  | 'mail'
  | 'mailbox'
  | 'name'
  | 'shell'
  | 'share'
  | 'database'
  | 'backup'
  | 'directory'
  | 'desktop'
  | 'control'
  | 'imaging'
  | 'payment'
  | 'voice'
  | 'time'
  | 'echo';

/** The median of a log-normal and the standard deviation of its logarithm. */
export type Spread = readonly [median: number, sigma: number];

export interface Kind {
  readonly protocol: Flow['protocol'];
  readonly service: Service;
  readonly ports: Flow['port_class'];
  readonly duration: Spread;
  readonly bytesOut: Spread;
  readonly bytesIn: Spread;
  readonly flows: Spread;
  readonly peers: Spread;
  /** Means. */
  readonly sameService: number;
  readonly refused: number;
  readonly interval: Spread;
  readonly regularity: number;
  /** Probabilities. */
  readonly encrypted: number;
  readonly outbound: number;
  readonly night: number;
}

export const KINDS = {
  shopping: {
    protocol: 'tcp',
    service: 'web',
    ports: 'well-known',
    duration: [0.8, 1.1],
    bytesOut: [1_800, 0.8],
    bytesIn: [28_000, 1.3],
    flows: [14, 0.7],
    peers: [2, 0.5],
    sameService: 0.93,
    refused: 0.01,
    interval: [6, 1],
    regularity: 1.1,
    encrypted: 0.97,
    outbound: 0.03,
    night: 0.2,
  },
  browsing: {
    protocol: 'tcp',
    service: 'web',
    ports: 'well-known',
    duration: [3, 1.4],
    bytesOut: [2_600, 1],
    bytesIn: [60_000, 1.6],
    flows: [32, 0.8],
    peers: [11, 0.6],
    sameService: 0.85,
    refused: 0.02,
    interval: [14, 1.2],
    regularity: 1.3,
    encrypted: 0.92,
    outbound: 0.96,
    night: 0.1,
  },
  calls: {
    protocol: 'tcp',
    service: 'web',
    ports: 'registered',
    duration: [0.06, 0.8],
    bytesOut: [900, 0.5],
    bytesIn: [2_100, 0.7],
    flows: [160, 0.6],
    peers: [4, 0.4],
    sameService: 0.97,
    refused: 0.01,
    interval: [1.5, 0.8],
    regularity: 0.7,
    encrypted: 0.99,
    outbound: 0.5,
    night: 0.35,
  },
  delivery: {
    protocol: 'tcp',
    service: 'mail',
    ports: 'well-known',
    duration: [1.6, 0.9],
    bytesOut: [9_000, 1.6],
    bytesIn: [420, 0.4],
    flows: [26, 0.8],
    peers: [15, 0.7],
    sameService: 0.9,
    refused: 0.06,
    interval: [40, 1.3],
    regularity: 1.4,
    encrypted: 0.8,
    outbound: 0.55,
    night: 0.3,
  },
  reading: {
    protocol: 'tcp',
    service: 'mailbox',
    ports: 'well-known',
    duration: [4, 1.2],
    bytesOut: [700, 0.6],
    bytesIn: [8_000, 1.7],
    flows: [9, 0.6],
    peers: [1.6, 0.4],
    sameService: 0.7,
    refused: 0.01,
    interval: [180, 0.6],
    regularity: 0.35,
    encrypted: 0.98,
    outbound: 0.3,
    night: 0.15,
  },
  resolving: {
    protocol: 'udp',
    service: 'name',
    ports: 'well-known',
    duration: [0.02, 0.9],
    bytesOut: [62, 0.25],
    bytesIn: [170, 0.6],
    flows: [70, 0.9],
    peers: [2.2, 0.5],
    sameService: 0.65,
    refused: 0.02,
    interval: [4, 1.1],
    regularity: 1.2,
    encrypted: 0.05,
    outbound: 0.5,
    night: 0.25,
  },
  zones: {
    protocol: 'tcp',
    service: 'name',
    ports: 'well-known',
    duration: [0.4, 0.8],
    bytesOut: [260, 0.3],
    bytesIn: [22_000, 1.1],
    flows: [12, 0.5],
    peers: [3, 0.4],
    sameService: 0.96,
    refused: 0.03,
    interval: [300, 0.5],
    regularity: 0.25,
    encrypted: 0.2,
    outbound: 0.5,
    night: 0.35,
  },
  administration: {
    protocol: 'tcp',
    service: 'shell',
    ports: 'well-known',
    duration: [160, 1.5],
    bytesOut: [9_000, 1.2],
    bytesIn: [24_000, 1.4],
    flows: [6, 0.6],
    peers: [2.5, 0.5],
    sameService: 0.6,
    refused: 0.02,
    interval: [500, 1.1],
    regularity: 1.2,
    encrypted: 1,
    outbound: 0.4,
    night: 0.08,
  },
  sharing: {
    protocol: 'tcp',
    service: 'share',
    ports: 'well-known',
    duration: [12, 1.5],
    bytesOut: [14_000, 1.8],
    bytesIn: [40_000, 2],
    flows: [13, 0.7],
    peers: [2, 0.4],
    sameService: 0.75,
    refused: 0.01,
    interval: [60, 1.2],
    regularity: 1.1,
    encrypted: 0.3,
    outbound: 0.05,
    night: 0.06,
  },
  querying: {
    protocol: 'tcp',
    service: 'database',
    ports: 'registered',
    duration: [0.3, 1.2],
    bytesOut: [1_100, 0.8],
    bytesIn: [6_500, 1.5],
    flows: [90, 0.7],
    peers: [1.8, 0.4],
    sameService: 0.92,
    refused: 0.005,
    interval: [2, 0.9],
    regularity: 0.9,
    encrypted: 0.6,
    outbound: 0.02,
    night: 0.25,
  },
  backups: {
    protocol: 'tcp',
    service: 'backup',
    ports: 'registered',
    duration: [420, 0.9],
    bytesOut: [60_000_000, 1.1],
    bytesIn: [90_000, 0.8],
    flows: [5, 0.4],
    peers: [1.3, 0.3],
    sameService: 0.97,
    refused: 0.005,
    interval: [3_600, 0.3],
    regularity: 0.08,
    encrypted: 0.95,
    outbound: 0.2,
    night: 0.93,
  },
  lookups: {
    protocol: 'tcp',
    service: 'directory',
    ports: 'well-known',
    duration: [0.1, 0.7],
    bytesOut: [500, 0.4],
    bytesIn: [1_600, 0.8],
    flows: [24, 0.6],
    peers: [1.8, 0.3],
    sameService: 0.5,
    refused: 0.015,
    interval: [30, 0.9],
    regularity: 0.9,
    encrypted: 0.7,
    outbound: 0.02,
    night: 0.12,
  },
  desktops: {
    protocol: 'tcp',
    service: 'desktop',
    ports: 'registered',
    duration: [900, 1.1],
    bytesOut: [800_000, 1.1],
    bytesIn: [9_000_000, 1.2],
    flows: [4, 0.5],
    peers: [1.5, 0.4],
    sameService: 0.7,
    refused: 0.01,
    interval: [2_400, 0.8],
    regularity: 0.8,
    encrypted: 1,
    outbound: 0.15,
    night: 0.05,
  },
  polling: {
    protocol: 'tcp',
    service: 'control',
    ports: 'registered',
    duration: [0.03, 0.4],
    bytesOut: [66, 0.15],
    bytesIn: [84, 0.3],
    flows: [290, 0.2],
    peers: [9, 0.3],
    sameService: 0.99,
    refused: 0.003,
    interval: [1, 0.15],
    regularity: 0.03,
    encrypted: 0,
    outbound: 0,
    night: 0.4,
  },
  imaging: {
    protocol: 'tcp',
    service: 'imaging',
    ports: 'registered',
    duration: [25, 0.9],
    bytesOut: [18_000_000, 1.2],
    bytesIn: [5_000, 0.5],
    flows: [8, 0.5],
    peers: [1.6, 0.3],
    sameService: 0.9,
    refused: 0.005,
    interval: [240, 0.9],
    regularity: 0.9,
    encrypted: 0.4,
    outbound: 0.02,
    night: 0.12,
  },
  payments: {
    protocol: 'tcp',
    service: 'payment',
    ports: 'registered',
    duration: [0.5, 0.5],
    bytesOut: [620, 0.2],
    bytesIn: [480, 0.2],
    flows: [55, 0.5],
    peers: [2.4, 0.3],
    sameService: 0.98,
    refused: 0.004,
    interval: [5, 0.9],
    regularity: 1,
    encrypted: 1,
    outbound: 0.85,
    night: 0.15,
  },
  speech: {
    protocol: 'udp',
    service: 'voice',
    ports: 'dynamic',
    duration: [110, 1.1],
    bytesOut: [900_000, 1.2],
    bytesIn: [880_000, 1.2],
    flows: [4, 0.5],
    peers: [1.8, 0.4],
    sameService: 0.6,
    refused: 0.03,
    interval: [600, 1],
    regularity: 1,
    encrypted: 0.6,
    outbound: 0.5,
    night: 0.05,
  },
  clocks: {
    protocol: 'udp',
    service: 'time',
    ports: 'well-known',
    duration: [0.03, 0.4],
    bytesOut: [76, 0.03],
    bytesIn: [76, 0.05],
    flows: [3, 0.4],
    peers: [2, 0.3],
    sameService: 0.4,
    refused: 0.02,
    interval: [1_024, 0.2],
    regularity: 0.04,
    encrypted: 0.1,
    outbound: 0.7,
    night: 0.4,
  },
  monitoring: {
    protocol: 'icmp',
    service: 'echo',
    ports: 'well-known',
    duration: [0.01, 0.6],
    bytesOut: [84, 0.1],
    bytesIn: [84, 0.1],
    flows: [45, 0.5],
    peers: [28, 0.4],
    sameService: 0.95,
    refused: 0.04,
    interval: [60, 0.1],
    regularity: 0.05,
    encrypted: 0,
    outbound: 0.2,
    night: 0.4,
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
