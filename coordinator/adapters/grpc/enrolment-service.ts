import type { EnrolmentHandlers } from '../../../shared/wire/generated/vedette/v1/Enrolment.ts';
import { ENROLMENT } from '../../../shared/wire/protocol.ts';
import { Allowance } from '../../flow/allowance.ts';
import { type Context, federationOf } from '../../flow/context.ts';
import { certify, join } from '../../flow/enrol.ts';
import type { Certificates } from '../../ports/certificates.ts';
import { type Implementation, implementForAnyKey } from './serve.ts';

const PEM_LINE = /.{1,64}/g;
/** A certificate lives 24 hours; a node that restarts in a loop may ask a few times. */
const MAX_CERTIFICATES = 20;
const HOUR_MS = 3_600_000;

/** Joining and renewing: for callers that prove a key and need no certificate yet. */
export function enrolmentService(
  context: Context,
  certificates: Certificates,
  logKey: string,
): Implementation {
  const certificatesIssued = new Allowance('certificates', MAX_CERTIFICATES, HOUR_MS);
  /** Strangers are not counted: they get no certificate, and anyone can make keys. */
  const count = (did: string): void => {
    if (context.desk.state.dids.has(did)) certificatesIssued.spend(did, context.clock.now());
  };
  return implementForAnyKey<EnrolmentHandlers>(ENROLMENT, {
    async Join({ secret, csr }, { did }) {
      count(did);
      const { member, certificatePem } = await join(context, certificates, {
        did,
        secret,
        csrPem: requestPem(csr),
      });
      return {
        member: member.id,
        name: member.name,
        standing: member.standing,
        certificatePem,
        federation: JSON.stringify(federationOf(context)),
        coordinator: context.publisher.identity.did,
        logKey,
        publisher: context.publisher.release.did,
      };
    },

    async Renew({ csr }, { did }) {
      count(did);
      return { certificatePem: await certify(context, certificates, did, requestPem(csr)) };
    },
  });
}

function requestPem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(PEM_LINE) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}
