/** A federation of simulated members, enrolled and active, with keys to sign their headers. */
import { federationDigest } from '../../shared/federation/load.ts';
import type { Federation, RuleSpec } from '../../shared/federation/schema.ts';
import { makeKey, type SigningKey } from '../../shared/identity/keys.ts';
import type { ModelFamily } from '../../shared/learning/family.ts';
import { signUpdateHeader, type UpdateHeader } from '../../shared/provenance/update-header.ts';
import type { Command } from '../core/commands.ts';
import type { PlannedStep, RoundFacts } from '../core/events.ts';
import { EMPTY, type State } from '../core/state.ts';
import type { Inspection } from '../ports/compute.ts';
import { advance } from './advance.ts';

/** Simulated rounds begin here and take this long each. */
export const START_MS = Date.UTC(2026, 0, 1);
export const ROUND_MS = 10_000;

const OPERATOR = 'lab-operator';
const DAY_MS = 86_400_000;

/** What a member sends, before anyone has looked at it. */
export interface Sent {
  readonly member: string;
  /** Hex SHA-256 of the update's bytes. */
  readonly update: string;
  readonly bytes: number;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export class Consortium {
  readonly federation: Federation;
  readonly #keys: ReadonlyMap<string, SigningKey>;

  constructor(federation: Federation, members: readonly string[]) {
    this.federation = federation;
    this.#keys = new Map(members.map((name) => [name, makeKey('identity')]));
  }

  /** The state with everybody active and a run opened on this base. */
  found(family: ModelFamily, base: string): State {
    let state = EMPTY;
    for (const command of this.#foundation(family, base)) {
      ({ state } = advance(state, command, START_MS));
    }
    return state;
  }

  *#foundation(family: ModelFamily, base: string): Iterable<Command> {
    const { federation } = this;
    const nowMs = START_MS;
    const by = OPERATOR;
    const keys = { identity: 'lab', log: 'lab', publisher: 'lab', caFingerprint: '' };
    yield { type: 'found', federation, digest: federationDigest(federation), keys };
    yield { type: 'enrol-operator', name: OPERATOR, did: 'did:key:lab-operator' };
    for (const [name, { did }] of this.#keys) {
      const secretHash = `lab secret of ${name}`;
      yield {
        type: 'issue-invite',
        invite: name,
        name,
        role: 'member',
        secretHash,
        validMs: DAY_MS,
        nowMs,
        by,
      };
      yield { type: 'join', secretHash, did, nowMs };
      yield { type: 'change-standing', member: name, action: 'approve', reason: 'lab', by };
    }
    const steps = family.steps.map((step): PlannedStep => {
      const rule: RuleSpec =
        step.combineBy === 'federation-rule' ? federation.aggregation : { rule: 'weighted-mean' };
      return { step: step.kind, repeat: step.repeat, rule };
    });
    yield { type: 'open-run', steps, base, by };
  }

  /** The submission of an update that was inspected, with a header signed by the member. */
  submission(round: RoundFacts, sent: Sent, inspection: Inspection): Command {
    const key = this.#keys.get(sent.member);
    if (key === undefined) throw new RangeError(`${sent.member} is no member of this lab`);
    const { run, attempt, step, base, nonce } = round;
    const header: UpdateHeader = {
      federation: this.federation.federation,
      run,
      round: round.round,
      attempt,
      step,
      member: key.did,
      base,
      update: sent.update,
      bytes: sent.bytes,
      samples: sent.samples,
      metrics: { ...sent.metrics },
      fingerprint: round.base,
      privacy: { mechanism: 'none' },
      software: 'vedette-lab',
      issuedAt: new Date(round.openedAtMs).toISOString(),
      nonce,
    };
    const { norm, finding } = inspection;
    return {
      type: 'submit',
      member: sent.member,
      header,
      jws: signUpdateHeader(key, header),
      norm,
      finding,
      nowMs: round.openedAtMs,
    };
  }
}
