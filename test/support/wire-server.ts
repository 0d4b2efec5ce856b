/** A small federation on a real port: CA, coordinator certificate, callers with keys and certificates. */
import { createHash } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { pino } from 'pino';
import { MemoryBlobs } from '../../coordinator/adapters/blobs/memory.ts';
import {
  CertificateAuthority,
  createCaCertificate,
} from '../../coordinator/adapters/ca/certificate-authority.ts';
import type { Caller } from '../../coordinator/adapters/grpc/caller.ts';
import type { CallObserver } from '../../coordinator/adapters/grpc/refusals.ts';
import type { Implementation } from '../../coordinator/adapters/grpc/serve.ts';
import { type GrpcServer, startGrpcServer } from '../../coordinator/adapters/grpc/server.ts';
import type { ServerTls } from '../../coordinator/adapters/grpc/tls-listener.ts';
import { type TransferRules, transferService } from '../../coordinator/adapters/grpc/transfer.ts';
import type { Blobs } from '../../coordinator/ports/blobs.ts';
import { makeCsr } from '../../shared/identity/csr.ts';
import { keyToPem, makeKey, type SigningKey } from '../../shared/identity/keys.ts';
import { Connection, type ConnectionOptions } from '../../shared/wire/connection.ts';

export const FEDERATION = 'wire-test';

/** One enrolled party: its caller record, its keys and a certificate. */
export interface Party {
  caller: Caller;
  readonly key: SigningKey;
  readonly certificatePem: string;
  readonly keyPem: string;
}

export class WireFederation {
  readonly authority: CertificateAuthority;
  readonly tls: ServerTls;
  readonly parties = new Map<string, Party>();

  private constructor(authority: CertificateAuthority, tls: ServerTls) {
    this.authority = authority;
    this.tls = tls;
  }

  static async create(federation = FEDERATION): Promise<WireFederation> {
    const caKey = makeKey('ca');
    const caPem = await createCaCertificate(caKey, federation, Date.now());
    const authority = await CertificateAuthority.open(federation, caKey, caPem);
    const transport = makeKey('transport');
    const { pem } = await authority.issueServerCertificate(transport, ['localhost', '127.0.0.1'], Date.now());
    return new WireFederation(authority, { certificatePem: pem, keyPem: keyToPem(transport), caPem });
  }

  /** Enrols a party; `issuedAtMs` dates its 24-hour certificate. */
  async enrol(id: string, role: Caller['role'] = 'member', issuedAtMs = Date.now()): Promise<Party> {
    const key = makeKey(role === 'operator' ? 'operator' : 'identity');
    const transport = makeKey('transport');
    const { federation } = this.authority;
    const name =
      role === 'operator'
        ? ({ role: 'operator', federation, id } as const)
        : ({ role: 'member', federation, id, node: 0 } as const);
    const { pem } = await this.authority.signCsr(await makeCsr(transport), name, issuedAtMs);
    const caller: Caller = { id, did: key.did, name: id, role, standing: 'active' };
    const party: Party = { caller, key, certificatePem: pem, keyPem: keyToPem(transport) };
    this.parties.set(key.did, party);
    return party;
  }

  async serve(options: {
    services?: readonly Implementation[];
    blobs?: Blobs;
    rules?: Partial<TransferRules>;
    observe?: CallObserver;
    listen?: string;
  }): Promise<GrpcServer> {
    const rules: TransferRules = {
      mayUpload: () => {},
      mayRead: () => true,
      moved: () => {},
      ...options.rules,
    };
    return await startGrpcServer({
      listen: options.listen ?? '127.0.0.1:0',
      tls: this.tls,
      federation: this.authority.federation,
      directory: (did) => this.parties.get(did)?.caller,
      services: options.services ?? [transferService(options.blobs ?? new MemoryBlobs(), rules)],
      clock: { now: Date.now },
      log: pino({ level: 'silent' }),
      ...(options.observe ? { observe: options.observe } : {}),
    });
  }

  /** A connection that shows no certificate. */
  connectBare(port: number, key: SigningKey): Connection {
    return new Connection({
      endpoint: `127.0.0.1:${port}`,
      caPem: this.tls.caPem,
      federation: this.authority.federation,
      key,
    });
  }

  /** The certificate of a party, and calls to make by hand. */
  rawClient(port: number, { keyPem, certificatePem }: Party): Client {
    const pems = [this.tls.caPem, keyPem, certificatePem].map((pem) => Buffer.from(pem));
    return new Client(`localhost:${port}`, credentials.createSsl(...(pems as [Buffer, Buffer, Buffer])), {
      'grpc.max_send_message_length': -1,
    });
  }

  connect(port: number, party: Party, changes: Partial<ConnectionOptions> = {}): Connection {
    return new Connection({
      endpoint: `127.0.0.1:${port}`,
      caPem: this.tls.caPem,
      federation: this.authority.federation,
      key: party.key,
      certificate: { certificatePem: party.certificatePem, keyPem: party.keyPem },
      ...changes,
    });
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
