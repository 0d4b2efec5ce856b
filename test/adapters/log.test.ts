import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from '../../coordinator/adapters/log.ts';

const SECRET = 'hunter2-do-not-print';

function logged(write: (log: ReturnType<typeof createLog>) => void, level: LogLevel = 'trace'): string {
  const lines: string[] = [];
  write(createLog({ level, destination: { write: (line) => lines.push(line) } }));
  return lines.join('');
}

describe('the coordinator log', () => {
  it('writes one JSON object a line, with level, time and message', () => {
    const text = logged((log) => {
      log.info({ round: 3, code: 'norm_outlier' }, 'update refused');
      log.warn('second line\nof text');
    });
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ level: 'info', round: 3, code: 'norm_outlier', msg: 'update refused' });
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('keeps to its level', () => {
    expect(logged((log) => log.debug('told by a member'), 'info')).toBe('');
    expect(logged((log) => log.info('x'), 'silent')).toBe('');
  });

  const names = [
    'token',
    'authorization',
    'Authorization',
    'secret',
    'clientSecret',
    'key',
    'privateKey',
    'private_key',
  ];
  const more = ['invite', 'inviteText', 'pem', 'keyPem', 'password', 'credentials', 'set-cookie', 'TOKEN'];

  it.each([...names, ...more])('leaks nothing of a field called %s, wherever it is', (name) => {
    const text = logged((log) => {
      log.info({ [name]: SECRET });
      log.info({ a: { b: [{ c: { d: { [name]: SECRET } } }] } });
      log.info({ [name]: { inner: [SECRET] } });
      log.info({ [name]: [SECRET] });
      log
        .child({ [name]: SECRET })
        .child({ request: { [name]: SECRET } })
        .info('from a child');
      log.error(Object.assign(new Error('failed'), { [name]: SECRET, facts: { [name]: SECRET } }));
      log.error({ err: Object.assign(new Error('failed'), { cause: { [name]: SECRET } }) });
    });
    expect(text.trimEnd().split('\n')).toHaveLength(7);
    expect(text).not.toContain('hunter2');
  });

  it('cuts private keys and tokens out of text', () => {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const jws = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJlLWJ5dGVz';
    const text = logged((log) => {
      log.info(`started with ${pem} and ${jws}`);
      log.error(new Error(`bad: ${pem}`));
      log.info({ detail: pem, header: `Bearer ${jws}`, half: pem.slice(0, 60) });
    });
    expect(text).not.toContain(pem.split('\n')[1]);
    expect(text).not.toContain('c2lnbmF0dXJl');
    expect(text).not.toContain('eyJzdWIi');
  });

  it('leaves the rest as it is', () => {
    const fields = {
      publicKey: 'ab',
      tokens: 5,
      member: 'did:key:z6Mk',
      keys: 2,
      invited: true,
      digest: 'ff',
    };
    const [line = ''] = logged((log) => log.info(fields, 'keyed')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ ...fields, msg: 'keyed' });
  });
});
