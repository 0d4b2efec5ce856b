import type { SpiffeId } from '../../shared/identity/spiffe-id.ts';

export interface Issued {
  readonly pem: string;
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

/** Short-lived client certificates from requests made on the caller's own host. */
export interface Certificates {
  readonly caPem: string;
  /** Refuses `csr_invalid`. */
  signCsr(csrPem: string, name: SpiffeId, nowMs: number): Promise<Issued>;
}
