/** Refusal ⇄ gRPC status. The whole refusal travels in `grpc-status-details-bin` as google.rpc.Status with an ErrorInfo. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { isRefusalCode, Refusal, type RefusalFacts, type RefusalKind } from '../refusal.ts';
import { MAX_STATUS_FACT_CHARACTERS, MAX_STATUS_FACTS, MAX_STATUS_MESSAGE_CHARACTERS } from './limits.ts';
import { ERROR_INFO_MESSAGE, STATUS_MESSAGE } from './protocol.ts';

const STATUS_OF_KIND = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  missing: status.NOT_FOUND,
  conflict: status.ABORTED,
  precondition: status.FAILED_PRECONDITION,
  exhausted: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  corrupt: status.DATA_LOSS,
} as const satisfies Record<RefusalKind, status>;

const DETAILS_KEY = 'grpc-status-details-bin';
const ERROR_INFO_URL = 'type.googleapis.com/google.rpc.ErrorInfo';
const DOMAIN = 'vedette';

/** How grpc-js reports a TLS peer that does not hold the pinned CA, or holds it under another name. */
const UNTRUSTED =
  /self[- ]signed certificate|unable to (?:verify|get)|certificate signature failure|certificate has expired|not yet valid|does not match certificate|altnames|invalid CA|unsuitable certificate/i;
/** How grpc-js ends the sentence about a connection: with a second sentence about name resolution. */
const RESOLUTION_NOTE = /\.? ?Resolution note:.*$/s;

export interface WireStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export function statusOf(refusal: Refusal): WireStatus {
  const code = STATUS_OF_KIND[refusal.kind];
  const details = printable(refusal.message, MAX_STATUS_MESSAGE_CHARACTERS);
  const info = { reason: refusal.code, domain: DOMAIN, metadata: factsToStrings(refusal) };
  const value = ERROR_INFO_MESSAGE.serialize(info);
  const metadata = new Metadata();
  const body = { code, message: details, details: [{ typeUrl: ERROR_INFO_URL, value }] };
  metadata.set(DETAILS_KEY, STATUS_MESSAGE.serialize(body));
  return { code, details, metadata };
}

/**
 * What a failed call means. With details: the coordinator's own refusal. Without: `unavailable`, `deadline`,
 * `coordinator_untrusted` (TLS), `blob_too_large` (a message beyond the bound) or `internal`.
 *
 * @param target host:port, for the message
 */
export function refusalOf(error: ServiceError, target: string): Refusal {
  return fromDetails(error) ?? fromBareStatus(error.code, error.details, target);
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

function fromDetails(error: ServiceError): Refusal | undefined {
  const [bytes] = error.metadata?.get(DETAILS_KEY) ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { message, details } = STATUS_MESSAGE.deserialize(bytes);
    const any = details.find(({ typeUrl }) => typeUrl === ERROR_INFO_URL);
    if (any === undefined) return undefined;
    const { reason, domain, metadata } = ERROR_INFO_MESSAGE.deserialize(Buffer.from(any.value));
    if (domain !== DOMAIN) return undefined;
    // A newer coordinator may know codes this client does not.
    if (!isRefusalCode(reason))
      return new Refusal('internal', `${message} (${reason})`, factsFromStrings(metadata));
    return new Refusal(reason, message, factsFromStrings(metadata));
  } catch {
    return undefined;
  }
}

function fromBareStatus(code: status, details: string, target: string): Refusal {
  const said = details.replace(RESOLUTION_NOTE, '');
  switch (code) {
    case status.UNAVAILABLE:
      return UNTRUSTED.test(said)
        ? new Refusal('coordinator_untrusted', `the TLS certificate of ${target} was refused: ${said}`, {
            target,
          })
        : new Refusal('unavailable', `no answer from ${target}: ${said}`, { target });
    case status.CANCELLED:
      return new Refusal('unavailable', `the call to ${target} was cut: ${said}`, { target });
    case status.DEADLINE_EXCEEDED:
      return new Refusal('deadline', `${target} did not answer in time: ${said}`, { target });
    case status.RESOURCE_EXHAUSTED:
      return new Refusal('blob_too_large', `a message beyond the bound of ${target}: ${said}`, { target });
    case status.INTERNAL:
      // An HTTP/2 stream that the other side or something between resets ends so in grpc-js.
      return /RST_STREAM|Received.*error|Session closed|stream/i.test(said)
        ? new Refusal('unavailable', `the call to ${target} was cut: ${said}`, { target })
        : new Refusal('internal', `${target} failed: ${said}`, { target });
    default:
      return new Refusal('internal', `${target} answered with status ${status[code]}: ${said}`, { target });
  }
}

function factsToStrings(refusal: Refusal): Record<string, string> {
  const entries = Object.entries(refusal.facts).slice(0, MAX_STATUS_FACTS);
  const facts = entries.map(([name, value]) => [name, printable(String(value), MAX_STATUS_FACT_CHARACTERS)]);
  return { ...Object.fromEntries(facts), resolve: refusal.resolve };
}

/** ErrorInfo has strings only: what is spelt like a number or a boolean becomes one again. */
function factsFromStrings(metadata: Record<string, string>): RefusalFacts {
  const { resolve: _, ...facts } = metadata;
  return Object.fromEntries(Object.entries(facts).map(([name, text]) => [name, typedFact(text)]));
}

function typedFact(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && String(Number(text)) === text ? Number(text) : text;
}

/** Bounded, and without lone surrogates, which percent-encoding of `grpc-message` cannot carry. */
function printable(text: string, maxCharacters: number): string {
  const short = text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text;
  return short.replace(/\p{Surrogate}/gu, '\uFFFD');
}
