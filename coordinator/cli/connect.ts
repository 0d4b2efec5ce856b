import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { renewAtMs } from '../../shared/identity/client-certificate.ts';
import { Connection } from '../../shared/wire/connection.ts';
import { CONTROL, ENROLMENT } from '../../shared/wire/protocol.ts';
import { homeOf } from '../config.ts';
import { loadProfile, type OperatorIdentity, saveCertificate, transportPem } from './operator-profile.ts';

export { CONTROL };

/** A person waits: long enough for a coordinator that restarts at once, and for no other. */
const REPEAT_FOR_MS = 5_000;

const AddressSchema = z.object({ endpoint: z.string() });

/** Where an operator's command finds its key: the coordinator's own home, or a profile folder carried elsewhere. */
export interface OperatorOptions {
  readonly home: string;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** Connects as an operator, with a certificate that still has life in it, and closes behind the work. */
export async function asOperator<T>(
  options: OperatorOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const folder = options.profile ?? homeOf(options.home).operator;
  const identity = await loadProfile(folder);
  const endpoint = options.endpoint ?? localAddress(options) ?? identity.profile.endpoint;
  const connection = new Connection({
    endpoint,
    caPem: identity.caPem,
    federation: identity.profile.federation,
    key: identity.key,
    certificate: { certificatePem: identity.certificatePem, keyPem: transportPem(identity) },
    repeatForMs: REPEAT_FOR_MS,
  });
  try {
    if (isDueForRenewal(identity.certificatePem)) await renew(connection, folder, identity);
    return await work(connection);
  } finally {
    connection.close();
  }
}

function isDueForRenewal(pem: string): boolean {
  const { validFrom, validTo } = new X509Certificate(pem);
  return Date.now() > renewAtMs(Date.parse(validFrom), Date.parse(validTo), 0.5);
}

async function renew(connection: Connection, folder: string, identity: OperatorIdentity): Promise<void> {
  // Loaded here: certificates are renewed once a day, commands given all day.
  const { makeCsr } = await import('../../shared/identity/csr.ts');
  const csr = derOf(await makeCsr(identity.transport));
  const { certificatePem } = await connection.unary(ENROLMENT.Renew, { csr });
  saveCertificate(folder, certificatePem);
  connection.useCertificate({ certificatePem, keyPem: transportPem(identity) });
}

/** The DER inside one PEM block. */
export function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

/** What `serve` on this home says it listens on; a profile given by name is of a coordinator somewhere else. */
function localAddress({ home, profile }: OperatorOptions): string | undefined {
  const path = homeOf(home).address;
  if (profile !== undefined || !existsSync(path)) return undefined;
  const address = AddressSchema.safeParse(parsedOrNothing(readFileSync(path, 'utf8')));
  return address.success ? address.data.endpoint : undefined;
}

/** A coordinator that was killed while it wrote its address leaves a torn file behind. */
function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
