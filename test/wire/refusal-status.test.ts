import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSALS, Refusal, type RefusalCode } from '../../shared/refusal.ts';
import { ERROR_INFO_MESSAGE, STATUS_MESSAGE } from '../../shared/wire/protocol.ts';
import { isServiceError, refusalOf, statusOf } from '../../shared/wire/refusal-status.ts';

const CODES = Object.keys(REFUSALS) as RefusalCode[];

/** As grpc-js makes one on the side of the caller. */
function serviceError(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), { code, details, metadata });
}

describe('a refusal on the wire', () => {
  it('comes back as itself, whatever its code', () => {
    for (const code of CODES) {
      const refusal = new Refusal(code, 'seen 7, bound 3', { seen: 7, bound: 3, name: 'a', final: true });
      const { code: grpc, details, metadata } = statusOf(refusal);
      expect(grpc).not.toBe(status.OK);
      const back = refusalOf(serviceError(grpc, details, metadata), 'host:1');
      expect(back.toJSON()).toEqual(refusal.toJSON());
    }
  });

  it('carries any message and facts, bounded', () => {
    const fact = fc.oneof(fc.integer(), fc.boolean(), fc.string({ unit: 'binary', maxLength: 400 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...CODES),
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.dictionary(fc.string({ unit: 'binary' }), fact, { maxKeys: 40 }),
        (code, message, facts) => {
          const wire = statusOf(new Refusal(code, message, facts));
          expect(() => encodeURI(wire.details)).not.toThrow();
          expect(wire.details.length).toBeLessThanOrEqual(1500);
          const back = refusalOf(serviceError(wire.code, wire.details, wire.metadata), 'host:1');
          expect(back.code).toBe(code);
          expect(back.message).toBe(wire.details);
        },
      ),
    );
  });

  it('is google.rpc.Status with google.rpc.ErrorInfo', () => {
    const [bytes] = statusOf(new Refusal('blob_missing', 'not here', { digest: 'ab' })).metadata.get(
      'grpc-status-details-bin',
    );
    const decoded = STATUS_MESSAGE.deserialize(Buffer.from(bytes ?? ''));
    expect(decoded.code).toBe(status.NOT_FOUND);
    expect(decoded.details[0]?.typeUrl).toBe('type.googleapis.com/google.rpc.ErrorInfo');
    expect(ERROR_INFO_MESSAGE.deserialize(Buffer.from(decoded.details[0]?.value ?? ''))).toMatchObject({
      reason: 'blob_missing',
      domain: 'vedette',
      metadata: { digest: 'ab' },
    });
  });

  it('with a code of a newer coordinator stays readable', () => {
    const metadata = new Metadata();
    const value = ERROR_INFO_MESSAGE.serialize({
      reason: 'from_the_future',
      domain: 'vedette',
      metadata: {},
    });
    const body = {
      code: 9,
      message: 'no',
      details: [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value }],
    };
    metadata.set('grpc-status-details-bin', STATUS_MESSAGE.serialize(body));
    const refusal = refusalOf(serviceError(status.FAILED_PRECONDITION, 'no', metadata), 'host:1');
    expect(refusal.code).toBe('internal');
    expect(refusal.message).toContain('from_the_future');
  });

  it('never fails to be read, whatever bytes stand in its place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 16 }), (bytes, code) => {
        const metadata = new Metadata();
        metadata.set('grpc-status-details-bin', Buffer.from(bytes));
        expect(refusalOf(serviceError(code, 'x', metadata), 'host:1')).toBeInstanceOf(Refusal);
      }),
    );
  });
});

describe('a failure without details', () => {
  it('is named by what it means for the caller', () => {
    const codeOf = (code: status, details: string) => refusalOf(serviceError(code, details), 'host:1').code;
    expect(codeOf(status.UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED')).toBe(
      'unavailable',
    );
    expect(codeOf(status.UNAVAILABLE, 'Last error: self-signed certificate in certificate chain')).toBe(
      'coordinator_untrusted',
    );
    expect(codeOf(status.UNAVAILABLE, 'Last error: certificate has expired')).toBe('coordinator_untrusted');
    expect(codeOf(status.DEADLINE_EXCEEDED, 'Deadline exceeded')).toBe('deadline');
    expect(codeOf(status.CANCELLED, 'Call cancelled')).toBe('unavailable');
    expect(codeOf(status.INTERNAL, 'Received RST_STREAM with code 2')).toBe('unavailable');
    expect(codeOf(status.UNIMPLEMENTED, 'The server does not implement the method')).toBe('internal');
  });

  it('is told from errors that are not of a call', () => {
    expect(isServiceError(new Error('x'))).toBe(false);
    expect(isServiceError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
    expect(isServiceError(serviceError(status.UNAVAILABLE, 'x'))).toBe(true);
  });
});
