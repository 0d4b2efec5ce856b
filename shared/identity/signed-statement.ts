/** A typed statement signed by one key, as a compact JWS. The `typ` keeps one kind from passing for another. */
import type { z } from 'zod';
import { Refusal, type RefusalCode } from '../refusal.ts';
import { publicKeyOf } from './did-key.ts';
import { hasValidSignature, type Jws, JwsFormatError, parseCompact, signCompact } from './jws.ts';
import type { SigningKey } from './keys.ts';

const MAX_STATEMENT_CHARACTERS = 64 * 1024;

/** One kind of statement: its media type, its payload, and the codes under which a bad one is refused. */
export interface StatementKind<Payload> {
  /** e.g. `vedette-update+jwt` */
  readonly typ: string;
  readonly schema: z.ZodType<Payload>;
  /** Not signed by the key it names, or not a JWS at all. */
  readonly badSignature: RefusalCode;
  /** Signed, but with a payload that is not of the schema. */
  readonly badPayload: RefusalCode;
  /** Signed, but by another key than the one expected. */
  readonly badSigner: RefusalCode;
}

export interface Statement<Payload> {
  readonly payload: Payload;
  /** did:key that signed. */
  readonly signer: string;
}

/** The compact JWS. Same key and payload, same token. */
export function signStatement<Payload>(
  kind: StatementKind<Payload>,
  key: SigningKey,
  payload: Payload,
): string {
  return signCompact(key, kind.typ, readPayload(kind, payload));
}

/**
 * Who said what. The key is the one inside the did:key; whether it is enrolled, and in this role, is for the caller
 * to say, or to fix beforehand with `expectedSigner`.
 */
export function verifyStatement<Payload>(
  kind: StatementKind<Payload>,
  token: string,
  expectedSigner?: string,
): Statement<Payload> {
  const jws = parse(kind, token);
  const signer = jws.header.kid;
  if (jws.header.typ !== kind.typ)
    throw new Refusal(kind.badSignature, `a signed statement that is no ${kind.typ}`);
  if (!isSignedByNamedKey(jws)) {
    throw new Refusal(kind.badSignature, `${kind.typ}: the signature is not of the key it names`);
  }
  if (expectedSigner !== undefined && signer !== expectedSigner) {
    throw new Refusal(kind.badSigner, `${kind.typ}: signed by ${signer}, expected ${expectedSigner}`, {
      signer,
    });
  }
  return { payload: readPayload(kind, jws.payload), signer };
}

function parse(kind: StatementKind<unknown>, token: string): Jws {
  try {
    return parseCompact(token, MAX_STATEMENT_CHARACTERS);
  } catch (error) {
    if (error instanceof JwsFormatError)
      throw new Refusal(kind.badSignature, `${kind.typ}: ${error.message}`);
    throw error;
  }
}

function isSignedByNamedKey(jws: Jws): boolean {
  try {
    return hasValidSignature(jws, publicKeyOf(jws.header.kid));
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function readPayload<Payload>(kind: StatementKind<Payload>, payload: unknown): Payload {
  const parsed = kind.schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw new Refusal(kind.badPayload, `${kind.typ}: ${lines.join('; ')}`);
}
