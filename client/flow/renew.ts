/** A fresh certificate before the old one ends; the key behind it stays. */
import { X509Certificate } from 'node:crypto';
import { renewAtMs } from '../../shared/identity/client-certificate.ts';
import { makeCsr } from '../../shared/identity/csr.ts';
import type { SigningKey } from '../../shared/identity/keys.ts';
import type { Coordinator } from '../ports/coordinator.ts';

export interface Renewal {
  readonly coordinator: Pick<Coordinator, 'renew' | 'useCertificate'>;
  readonly transportKey: SigningKey;
  /** Durable at return. */
  readonly save: (certificatePem: string) => Promise<void>;
}

/** Takes the new certificate into use once it is stored. Returns its PEM. */
export async function renew({ coordinator, transportKey, save }: Renewal): Promise<string> {
  const fresh = await coordinator.renew(derOfPem(await makeCsr(transportKey)));
  await save(fresh);
  coordinator.useCertificate(fresh);
  return fresh;
}

/** When this certificate is due, in milliseconds since the epoch. */
export function dueAtMs(certificatePem: string, random: number): number {
  const { validFrom, validTo } = new X509Certificate(certificatePem);
  return renewAtMs(Date.parse(validFrom), Date.parse(validTo), random);
}

/** The bytes between the lines of a PEM. */
export function derOfPem(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}
