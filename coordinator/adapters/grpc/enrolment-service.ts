import type { EnrolmentHandlers } from '../../../shared/wire/generated/vedette/v1/Enrolment.ts';
import { ENROLMENT } from '../../../shared/wire/protocol.ts';
import { type Context, federationOf } from '../../flow/context.ts';
import { certify, join } from '../../flow/enrol.ts';
import type { Certificates } from '../../ports/certificates.ts';
import { type Implementation, implementForAnyKey } from './serve.ts';

const PEM_LINE = /.{1,64}/g;

/** Joining and renewing: for callers that prove a key and need no certificate yet. */
export function enrolmentService(
  context: Context,
  certificates: Certificates,
  logKey: string,
): Implementation {
  return implementForAnyKey<EnrolmentHandlers>(ENROLMENT, {
    async Join({ secret, csr }, { did }) {
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
      return { certificatePem: await certify(context, certificates, did, requestPem(csr)) };
    },
  });
}

function requestPem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(PEM_LINE) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}
