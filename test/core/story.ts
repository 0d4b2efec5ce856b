/** Given / when / then over the core: commands go in, events come out, and the state is what the events add up to. */
import canonicalize from 'canonicalize';
import type { Command, CommandOf, StandingAction, SubmittedHeader } from '../../coordinator/core/commands.ts';
import { decide } from '../../coordinator/core/decide.ts';
import type { Contribution, DataOf, Event, EventType, Recorded } from '../../coordinator/core/events.ts';
import { evolve } from '../../coordinator/core/evolve.ts';
import { seatsOf } from '../../coordinator/core/parts.ts';
import { EMPTY, receivedOf, type State } from '../../coordinator/core/state.ts';
import { validateFederation } from '../../shared/federation/load.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import type { StructureFinding } from '../../shared/learning/family.ts';
import type { Refusal } from '../../shared/refusal.ts';
import { ACCEPTED, type Verdict } from '../../shared/verdict.ts';
import { refusalOf } from '../support/refusal-of.ts';

export const START_MS = Date.UTC(2026, 0, 1);
const KEYS = {
  identity: 'did:key:coordinator',
  log: 'log',
  publisher: 'did:key:publisher',
  caFingerprint: '00',
};
const WINDOWS = { min: 2, openFor: 60_000, grace: 5_000, idle: 1_000, attempts: 3 };

/** A digest that a person can tell apart. */
export function digest(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0');
}

export function federationWith(changes: Record<string, unknown> = {}): Federation {
  const { rounds, ...rest } = changes;
  return validateFederation({
    federation: 'told',
    features: [{ name: 'bytes', type: 'numeric' }],
    model: { family: 'christoffel' },
    rounds: { ...WINDOWS, ...(rounds as object) },
    ...rest,
  });
}

interface Ballot {
  readonly approve?: boolean;
  readonly p99?: number;
  readonly reason?: string;
}

export class Story {
  state: State = EMPTY;
  nowMs = START_MS;
  readonly recorded: Recorded[] = [];

  /** A founded federation with an operator and active members. */
  static withMembers(names: readonly string[], changes: Record<string, unknown> = {}): Story {
    const story = new Story();
    const federation = federationWith(changes);
    story.when({ type: 'found', federation, digest: digest('federation'), keys: KEYS });
    story.when({ type: 'enrol-operator', name: 'olga', did: 'did:key:olga' });
    for (const name of names) story.enrol(name);
    return story;
  }

  /** Decides and folds; returns the events that followed. */
  when(command: Command): Event[] {
    const events = decide(this.state, command);
    const at = new Date(this.nowMs).toISOString();
    for (const event of events) {
      // As the journal would give it back: whatever does not survive canonical JSON must not be in an event.
      const data: unknown = JSON.parse(canonicalize(event.data) ?? '');
      const entry = { type: event.type, data, at, index: this.recorded.length } as Recorded;
      this.recorded.push(entry);
      this.state = evolve(this.state, entry);
    }
    return events;
  }

  refuses(command: Command): Refusal {
    return refusalOf(() => decide(this.state, command));
  }

  enrol(name: string): void {
    const secretHash = `secret of ${name}`;
    this.when({
      type: 'issue-invite',
      invite: `invite-${name}`,
      name,
      role: 'member',
      secretHash,
      validMs: 60_000,
      nowMs: this.nowMs,
      by: 'olga',
    });
    this.when({ type: 'join', secretHash, did: `did:key:${name}`, nowMs: this.nowMs });
    this.standing(name, 'approve');
  }

  standing(member: string, action: StandingAction): Event[] {
    return this.when({ type: 'change-standing', member, action, reason: 'told', by: 'olga' });
  }

  openRun(repeat = 1): Event[] {
    return this.when({
      type: 'open-run',
      steps: [{ step: 'sums', repeat, rule: { rule: 'weighted-mean' } }],
      base: digest('base'),
      by: 'olga',
    });
  }

  openRound(): DataOf<'round_opened'> {
    const nonce = `nonce-${this.recorded.length}`;
    const [opened] = this.when({ type: 'open-round', nonce, maxBytes: 1_000, nowMs: this.nowMs });
    if (opened?.type !== 'round_opened') throw new Error(`no round opened but ${opened?.type}`);
    return opened.data;
  }

  /** The round that takes updates, or was the last to. */
  get round(): DataOf<'round_opened'> {
    const opened = this.recorded.findLast((entry) => entry.type === 'round_opened');
    if (opened?.type !== 'round_opened') throw new Error('no round was opened');
    return opened.data;
  }

  header(member: string, changes: Partial<SubmittedHeader> = {}): SubmittedHeader {
    const { run, round, attempt, step, base, nonce } = this.round;
    const update = digest(`${member} ${round}.${attempt}`);
    const own = { federation: 'told', member: `did:key:${member}`, update, bytes: 100, samples: 10 };
    return { run, round, attempt, step, base, nonce, ...own, ...changes };
  }

  submission(member: string, changes: Partial<SubmittedHeader> = {}, finding?: StructureFinding): Command {
    return {
      type: 'submit',
      member,
      header: this.header(member, changes),
      jws: 'jws',
      norm: 1,
      finding,
      nowMs: this.nowMs,
    };
  }

  submit(member: string, changes: Partial<SubmittedHeader> = {}, finding?: StructureFinding): Event[] {
    return this.when(this.submission(member, changes, finding));
  }

  tick(moving: readonly string[] = []): Event[] {
    return this.when({ type: 'tick', nowMs: this.nowMs, moving: new Set(moving) });
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** Screens with these verdicts; every other update received is accepted. */
  screen(refused: readonly string[] = [], verdict: Verdict = OUTLIER): Event[] {
    return this.when(this.screening(refused, verdict));
  }

  screening(refused: readonly string[] = [], verdict: Verdict = OUTLIER): CommandOf<'screen'> {
    const { round, attempt } = this.round;
    const phase = this.state.run?.phase;
    const seated = phase && 'seats' in phase ? [...receivedOf(phase.seats), ...receivedOf(phase.shadow)] : [];
    const judged = seated.map(({ member }) => ({
      member,
      verdict: refused.includes(member) ? verdict : ACCEPTED,
    }));
    const points = judged.map(({ member }) => ({
      member,
      clean: !refused.includes(member),
      values: { norm: round },
      sums: { norm: [round] },
    }));
    const evidence = digest(`evidence ${round}.${attempt}`);
    const { nowMs } = this;
    return { type: 'screen', round, attempt, judged, medianNorm: 1, evidence, points, nowMs };
  }

  aggregate(): Event[] {
    return this.when(this.aggregation());
  }

  /** What the aggregation of the updates in hand would be recorded as. */
  aggregation(): Command {
    const { round, attempt } = this.round;
    const received = receivedOf(seatsOf(this.state.run?.phase) ?? new Map()).sort((a, b) =>
      a.member < b.member ? -1 : 1,
    );
    const total = received.reduce((sum, { samples }) => sum + samples, 0);
    const contributions = received.map(
      ({ member, update, samples, index }): Contribution => ({
        member,
        update,
        samples,
        index,
        weight: samples / total,
      }),
    );
    return {
      type: 'record-aggregate',
      round,
      attempt,
      rule: { rule: 'weighted-mean' },
      contributions,
      combined: digest(`combined ${round}`),
      base: digest(`base ${round}`),
      server: null,
      norm: 1,
    };
  }

  assemble(): Event[] {
    return this.when({
      type: 'record-candidate',
      run: this.run,
      weights: digest('weights'),
      bytes: 10,
      base: digest('base'),
    });
  }

  get run(): string {
    return this.state.run?.run ?? '';
  }

  vote(member: string, ballot: Ballot = {}): Event[] {
    return this.when(this.ballot(member, ballot));
  }

  ballot(member: string, { approve = true, p99 = 1, reason = '' }: Ballot = {}): Command {
    const vote = { member, p99, heldBack: 50, approve, reason, jws: 'jws' };
    return { type: 'vote', run: this.run, candidate: digest('weights'), vote };
  }

  evaluate(auroc?: number, currentAuroc?: number): Event[] {
    return this.when({
      type: 'evaluate',
      run: this.run,
      candidate: digest('weights'),
      canary: auroc === undefined ? null : canary(auroc),
      currentCanary: currentAuroc === undefined ? null : canary(currentAuroc),
    });
  }

  promote(): Event[] {
    return this.when({
      type: 'record-promotion',
      run: this.run,
      weights: digest('weights'),
      manifest: digest('manifest'),
      files: [],
    });
  }

  /** A whole round in which these members' updates are taken. */
  completeRound(members: readonly string[]): void {
    this.openRound();
    for (const member of members) this.submit(member);
    if (this.state.run?.phase.phase === 'collecting') {
      this.later(60_000).tick();
    }
    this.screen();
    this.aggregate();
  }

  /** Up to a candidate that waits for votes of these members. */
  toCandidate(members: readonly string[]): this {
    this.openRun();
    this.completeRound(members);
    this.assemble();
    return this;
  }

  /** Up to a model in use. */
  toModel(members: readonly string[]): this {
    this.toCandidate(members);
    for (const member of members) this.vote(member);
    this.evaluate();
    this.promote();
    return this;
  }
}

export const OUTLIER: Verdict = {
  decision: 'reject',
  code: 'norm_outlier',
  message: 'norm 40 is 8 times the median 5 (bound 3)',
  findings: [
    { check: 'norm', value: 40, bound: [0.5, 15], passed: false, code: 'norm_outlier', message: 'norm 40' },
  ],
};

export function canary(auroc: number) {
  return { auroc, ap: auroc, normals: 10, anomalies: 10, families: {} };
}

export function typesOf(events: readonly Event[]): EventType[] {
  return events.map(({ type }) => type);
}

/** The event of a type; the test fails when there is none. */
export function dataOf<T extends EventType>(events: readonly Event[], type: T): DataOf<T> {
  const found = events.find((event) => event.type === type);
  if (!found) throw new Error(`no ${type} among ${typesOf(events).join(', ')}`);
  return found.data as DataOf<T>;
}
