/** Checks that need nothing but the header, the plan and the member: cheap, first, and decisive. */
import type { Finding } from '../../../shared/verdict.ts';
import type { SubmittedHeader } from '../commands.ts';
import type { RoundFacts } from '../events.ts';

/** What the header is held against. */
export interface DoorContext {
  readonly round: RoundFacts;
  readonly federation: string;
  /** The id whose key signed the request. */
  readonly member: string;
  readonly maxSamples: number;
}

type DoorCheck = (header: SubmittedHeader, context: DoorContext) => Finding | undefined;

/** In the order of their cost to explain: identity first, then freshness, then size. */
const DOOR_CHECKS: readonly DoorCheck[] = [signer, nonce, base, payload, samples];

/** The first door check that fails, or undefined. */
export function failedAtDoor(header: SubmittedHeader, context: DoorContext): Finding | undefined {
  for (const check of DOOR_CHECKS) {
    const finding = check(header, context);
    if (finding) return finding;
  }
  return undefined;
}

function signer(header: SubmittedHeader, { member }: DoorContext): Finding | undefined {
  if (header.member === member) return undefined;
  return failed(
    'signer',
    'update_signer',
    `header names member ${header.member}, the request was made by ${member}`,
  );
}

function nonce(header: SubmittedHeader, { round, federation }: DoorContext): Finding | undefined {
  const same = header.nonce === round.nonce && header.run === round.run && header.step === round.step;
  if (same && header.federation === federation) return undefined;
  return failed(
    'freshness',
    'update_nonce',
    `header is not for this plan: nonce ${header.nonce.slice(0, 16)}, expected ${round.nonce}`,
  );
}

function base(header: SubmittedHeader, { round }: DoorContext): Finding | undefined {
  if (header.base === round.base) return undefined;
  return failed(
    'base',
    'update_base',
    `update was trained from base ${header.base.slice(0, 12)}, the round's base is ${round.base.slice(0, 12)}`,
  );
}

function payload(header: SubmittedHeader, { round }: DoorContext): Finding | undefined {
  if (header.bytes <= round.maxBytes) return undefined;
  const message = `update is ${header.bytes} bytes (bound ${round.maxBytes})`;
  return {
    check: 'size',
    value: header.bytes,
    bound: round.maxBytes,
    passed: false,
    code: 'update_size',
    message,
  };
}

function samples(header: SubmittedHeader, { maxSamples }: DoorContext): Finding | undefined {
  const whole = Number.isSafeInteger(header.samples) && header.samples >= 1;
  if (whole && header.samples <= maxSamples) return undefined;
  const message = `${header.samples} samples claimed (bound ${maxSamples} for this member, at least 1)`;
  return {
    check: 'samples',
    value: header.samples,
    bound: [1, maxSamples],
    passed: false,
    code: 'samples_beyond_bound',
    message,
  };
}

function failed(check: string, code: NonNullable<Finding['code']>, message: string): Finding {
  return { check, value: 0, passed: false, code, message };
}
