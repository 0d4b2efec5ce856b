import {
  CertificateAuthority,
  createCaCertificate,
  type IssuedCertificate,
} from '../../coordinator/adapters/ca/certificate-authority.ts';
import { makeCsr } from '../../shared/identity/csr.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import type { SpiffeId } from '../../shared/identity/spiffe-id.ts';

/** The CA must be valid on the clock of this machine too, by which TLS goes. */
export const NOW = Math.floor(Date.now() / 1000) * 1000;
export const MEMBER: SpiffeId = { role: 'member', federation: 'demo', id: 'alpha', node: 0 };

/** A fresh authority for the federation `demo`. */
export async function openAuthority(federation = 'demo'): Promise<CertificateAuthority> {
  const key = makeKey('ca');
  return await CertificateAuthority.open(federation, key, await createCaCertificate(key, federation, NOW));
}

export async function issueLeaf(
  authority: CertificateAuthority,
  name: SpiffeId = MEMBER,
): Promise<IssuedCertificate> {
  return await authority.signCsr(await makeCsr(makeKey('transport')), name, NOW);
}
