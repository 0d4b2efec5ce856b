import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessTo } from '../../coordinator/adapters/grpc/access.ts';
import {
  type CallContext,
  type Handlers,
  implement,
  implementForAnyKey,
  type KeyContext,
} from '../../coordinator/adapters/grpc/serve.ts';
import type { GrpcServer } from '../../coordinator/adapters/grpc/server.ts';
import { makeKey } from '../../shared/identity/keys.ts';
import { makeRequestToken } from '../../shared/identity/request-token.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { Connection, ConnectionOptions, Interruption } from '../../shared/wire/connection.ts';
import type { EnrolmentHandlers } from '../../shared/wire/generated/vedette/v1/Enrolment.ts';
import type { ModelsHandlers } from '../../shared/wire/generated/vedette/v1/Models.ts';
import type { ParticipationHandlers } from '../../shared/wire/generated/vedette/v1/Participation.ts';
import { FLOW_WINDOW_BYTES, MAX_REQUEST_BYTES } from '../../shared/wire/limits.ts';
import {
  CONTROL,
  ENROLMENT,
  MODELS,
  PACKAGE,
  PARTICIPATION,
  SERVICES,
  TRANSFER,
} from '../../shared/wire/protocol.ts';
import { isServiceError, refusalOf } from '../../shared/wire/refusal-status.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';
import { FEDERATION, type Party, WireFederation } from '../support/wire-server.ts';

const HOUR_MS = 3_600_000;
let federation: WireFederation;
let member: Party;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  federation = await WireFederation.create();
  member = await federation.enrol('aurora');
});

afterEach(async () => {
  member.caller = { ...member.caller, standing: 'active' };
  for (const close of closing.splice(0).reverse()) await close();
});

type Participation = Handlers<ParticipationHandlers, CallContext>;

function participation(changes: Partial<Participation> = {}) {
  const idle: Participation = {
    Follow: async (_, { caller, signal }, emit) => {
      await emit({ standing: caller.standing });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    Progress: async () => ({}),
    Submit: async ({ header }, { caller }) => ({ receipt: `${caller.id}:${header}` }),
    Vote: async () => ({ receipt: '' }),
    Verdicts: async () => ({ verdicts: [] }),
    OwnEvidence: async () => ({}),
    Standing: async () => ({}),
    Appeal: async () => ({}),
    Report: async () => ({}),
  };
  return implement<ParticipationHandlers>(PARTICIPATION, { ...idle, ...changes });
}

async function serve(options: Parameters<WireFederation['serve']>[0] = {}): Promise<GrpcServer> {
  const server = await federation.serve({ services: [participation()], ...options });
  closing.push(() => server.close(200));
  return server;
}

function connect(port: number, party = member, changes: Partial<ConnectionOptions> = {}): Connection {
  const connection = federation.connect(port, party, changes);
  closing.push(() => connection.close());
  return connection;
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  return (await refusalOfAsync(action)).code;
}

const submit = (connection: Connection) => connection.unary(PARTICIPATION.Submit, { header: 'h' });

describe('a call', () => {
  it('reaches its handler with the caller that its key and certificate name', async () => {
    const server = await serve();
    expect((await submit(connect(server.port))).receipt).toBe('aurora:h');
  });

  it('is refused without a client certificate, unless its method is for any key', async () => {
    const joined: string[] = [];
    const enrolment = implementForAnyKey<EnrolmentHandlers>(ENROLMENT, {
      Join: async (_, { did }: KeyContext) => {
        joined.push(did);
        return { member: 'new' };
      },
      Renew: async () => ({ certificatePem: '' }),
    });
    const server = await serve({ services: [participation(), enrolment] });
    const bare = federation.connectBare(server.port, member.key);
    const stranger = makeKey('identity');
    const strange = federation.connectBare(server.port, stranger);
    closing.push(
      () => bare.close(),
      () => strange.close(),
    );
    expect(await codeOf(() => submit(bare))).toBe('certificate_invalid');
    expect((await strange.unary(ENROLMENT.Join, { secret: 's' })).member).toBe('new');
    expect(joined).toEqual([stranger.did]);
    expect(await codeOf(() => submit(strange))).toBe('member_unknown');
  });

  it('is refused with a certificate that has ended, of another CA, or of another party', async () => {
    const server = await serve();
    const late = await federation.enrol('late', 'member', Date.now() - 25 * HOUR_MS);
    expect(await codeOf(() => submit(connect(server.port, late)))).toBe('certificate_expired');
    const elsewhere = await (await WireFederation.create()).enrol('aurora');
    const { certificatePem, keyPem } = elsewhere;
    expect(await codeOf(() => submit(connect(server.port, { ...member, certificatePem, keyPem })))).toBe(
      'certificate_invalid',
    );
    const other = await federation.enrol('borealis');
    expect(await codeOf(() => submit(connect(server.port, { ...other, key: member.key })))).toBe(
      'certificate_invalid',
    );
  });

  it('is refused to a role or a standing that the table does not list', async () => {
    const models = implement<ModelsHandlers>(MODELS, {
      List: async () => ({ models: [], current: 0 }),
      Get: async () => ({}),
      Head: async () => ({}),
    });
    const server = await serve({ services: [participation(), models] });
    const operator = connect(server.port, await federation.enrol('ops', 'operator'));
    const integrator = connect(server.port, await federation.enrol('soc', 'integrator'));
    expect(await codeOf(() => submit(operator))).toBe('not_permitted');
    expect(await codeOf(() => submit(integrator))).toBe('not_permitted');
    expect((await integrator.unary(MODELS.List, {})).current).toBe(0);
    expect((await operator.unary(MODELS.List, {})).current).toBe(0);
    const connection = connect(server.port);
    member.caller = { ...member.caller, standing: 'suspended' };
    const refusal = await refusalOfAsync(() => submit(connection));
    expect(refusal.code).toBe('member_not_active');
    expect(refusal.facts).toEqual({ standing: 'suspended' });
    expect(await connection.unary(PARTICIPATION.Verdicts, {})).toEqual({ verdicts: [] });
    member.caller = { ...member.caller, standing: 'revoked' };
    expect(await codeOf(() => connection.unary(PARTICIPATION.Verdicts, {}))).toBe('member_not_active');
  });

  it('is refused by a coordinator that does not hold the pinned CA, and never retried there', async () => {
    const server = await serve();
    const { caPem } = (await WireFederation.create()).tls;
    const wrongCa = connect(server.port, member, { caPem });
    expect(await codeOf(() => submit(wrongCa))).toBe('coordinator_untrusted');
    const abort = new AbortController();
    const follow = wrongCa.follow(PARTICIPATION.Follow, () => ({}), { signal: abort.signal });
    expect(await codeOf(() => follow.next())).toBe('coordinator_untrusted');
  });

  it('with a clock off by an hour is refused with the direction', async () => {
    const server = await serve();
    const ahead = connect(server.port, member, { now: () => Date.now() + HOUR_MS });
    const behind = connect(server.port, member, { now: () => Date.now() - HOUR_MS });
    const early = await refusalOfAsync(() => submit(ahead));
    const late = await refusalOfAsync(() => submit(behind));
    expect([early.code, early.facts.direction]).toEqual(['clock_skew', 'ahead']);
    expect([late.code, late.facts.direction]).toEqual(['clock_skew', 'behind']);
    expect(early.message).toMatch(/3(599|6\d\d) s ahead/);
    expect(late.message).toMatch(/3(599|6\d\d) s behind/);
  });

  it('with a token of another method, used before, or of another federation is refused', async () => {
    const server = await serve();
    const client = federation.rawClient(server.port, member);
    closing.push(() => client.close());
    const now = Date.now();
    const token = makeRequestToken(member.key, {
      audience: FEDERATION,
      method: PARTICIPATION.Vote.path,
      now,
    });
    expect((await rawSubmit(client, `Bearer ${token}`)).code).toBe('token_invalid');
    const foreign = makeRequestToken(member.key, {
      audience: 'else',
      method: PARTICIPATION.Submit.path,
      now,
    });
    expect((await rawSubmit(client, `Bearer ${foreign}`)).code).toBe('token_invalid');
    const good = makeRequestToken(member.key, {
      audience: FEDERATION,
      method: PARTICIPATION.Submit.path,
      now,
    });
    expect((await rawSubmit(client, `Bearer ${good}`)).code).toBe('ok');
    expect((await rawSubmit(client, `Bearer ${good}`)).code).toBe('token_replayed');
  });

  it('survives any authorization header and any bytes for a message', async () => {
    const server = await serve();
    const client = federation.rawClient(server.port, member);
    closing.push(() => client.close());
    const header = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.string({ unit: 'grapheme-ascii' }).map((text) => `Bearer ${text}`),
      fc
        .tuple(fc.base64String(), fc.base64String(), fc.base64String())
        .map((parts) => `Bearer ${parts.join('.')}`),
    );
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        expect((await rawSubmit(client, text)).code).toBe('token_invalid');
      }),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const now = Date.now();
        const token = makeRequestToken(member.key, {
          audience: FEDERATION,
          method: PARTICIPATION.Submit.path,
          now,
        });
        const { code } = await rawSubmit(client, `Bearer ${token}`, Buffer.from(bytes));
        expect(['ok', 'internal', 'unavailable']).toContain(code);
      }),
      { numRuns: 60 },
    );
    expect((await submit(connect(server.port))).receipt).toBe('aurora:h');
  });

  it('with a message beyond the bound is refused', async () => {
    const server = await serve();
    const connection = connect(server.port);
    const header = 'x'.repeat(MAX_REQUEST_BYTES + 1);
    expect(await codeOf(() => connection.unary(PARTICIPATION.Submit, { header }))).toBe('blob_too_large');
  });

  it('whose handler fails is answered with a reference and nothing of the cause', async () => {
    const seen: string[] = [];
    const failing = participation({
      Submit: async () => {
        throw new Error('secret path /var/lib');
      },
    });
    const server = await serve({ services: [failing], observe: ({ outcome }) => seen.push(outcome) });
    const refusal = await refusalOfAsync(() => submit(connect(server.port)));
    expect(refusal.code).toBe('internal');
    expect(refusal.message).toMatch(/reference [0-9a-f]{12}/);
    expect(JSON.stringify(refusal)).not.toContain('secret');
    expect(seen).toEqual(['internal']);
  });

  it('ends at its deadline although the handler hangs, and tells the handler', async () => {
    let told: unknown;
    const hanging = participation({
      Vote: (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            told = signal.reason;
          });
        }),
    });
    const server = await serve({ services: [hanging] });
    const vote = () => connect(server.port).unary(PARTICIPATION.Vote, { vote: '' }, { timeoutMs: 300 });
    expect(await codeOf(vote)).toBe('deadline');
    await expect.poll(() => told).toBeInstanceOf(Refusal);
  });

  it('is repeated over a cut connection where repeating is safe, and only there', async () => {
    const control = await federation.enrol('ops2', 'operator');
    const server = await serve();
    const proxy = await startCuttingProxy(server.port, [
      { direction: 'up', afterBytes: 10 },
      { direction: 'down', afterBytes: 500 },
    ]);
    closing.push(() => proxy.close());
    expect((await submit(connect(proxy.port))).receipt).toBe('aurora:h');
    expect(proxy.cutSoFar()).toBe(2);
    proxy.cuts.push({ direction: 'up', afterBytes: 10 });
    const once = connect(proxy.port, control);
    expect(await codeOf(() => once.unary(CONTROL.OpenRun, {}))).toBe('unavailable');
  });

  it('is repeated no longer than its connection allows, though it has time left', async () => {
    const server = await serve();
    const proxy = await startCuttingProxy(server.port, [{ direction: 'up', afterBytes: 10 }]);
    closing.push(() => proxy.close());
    const impatient = connect(proxy.port, member, { repeatForMs: 0 });
    expect(await codeOf(() => submit(impatient))).toBe('unavailable');
    expect((await submit(connect(proxy.port))).receipt).toBe('aurora:h');
  });
});

describe('a connection', () => {
  it('does not stay with a peer that accepts it and then says nothing', async () => {
    const server = await serve();
    let connections = 0;
    const firstSilent = createServer((near) => {
      connections += 1;
      near.on('error', () => {});
      closing.push(() => near.destroy());
      if (connections === 1) return;
      const far = connectTcp(server.port, '127.0.0.1');
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => firstSilent.listen(0, '127.0.0.1', resolve));
    closing.push(() => firstSilent.close());
    const address = firstSilent.address();
    const connection = connect(typeof address === 'object' && address ? address.port : 0);
    const impatient = () => connection.unary(PARTICIPATION.Submit, { header: 'h' }, { timeoutMs: 300 });
    expect(await codeOf(impatient)).toBe('deadline');
    expect((await submit(connection)).receipt).toBe('aurora:h');
  });
});

describe('a stream that follows', () => {
  it('is taken up again after every cut, says so, and ends with its signal', async () => {
    const server = await serve();
    const proxy = await startCuttingProxy(server.port);
    closing.push(() => proxy.close());
    const abort = new AbortController();
    const interruptions: Interruption[] = [];
    let count = 0;
    const follow = connect(proxy.port).follow(PARTICIPATION.Follow, () => ({ software: 'test' }), {
      signal: abort.signal,
      onInterruption: (interruption) => interruptions.push(interruption),
    });
    for await (const { standing } of follow) {
      expect(standing).toBe('active');
      count += 1;
      if (count < 4) proxy.cutAll();
      else abort.abort();
    }
    expect(count).toBe(4);
    expect(interruptions.length).toBeGreaterThanOrEqual(3);
    expect(interruptions[0]?.refusal.code).toBe('unavailable');
    await expect.poll(() => server.calls()).toBe(0);
  });

  it('ends at once when its caller is disconnected, other callers stay', async () => {
    const server = await serve();
    const other = await federation.enrol('borealis');
    const abort = new AbortController();
    closing.push(() => abort.abort());
    const [mine, theirs] = [member, other].map((party) =>
      connect(server.port, party).follow(PARTICIPATION.Follow, () => ({}), { signal: abort.signal }),
    );
    await mine?.next();
    await theirs?.next();
    member.caller = { ...member.caller, standing: 'revoked' };
    server.disconnect(member.caller.did);
    expect(await codeOf(async () => mine?.next())).toBe('member_not_active');
    expect(server.calls()).toBe(1);
  });

  it('moves over to a renewed certificate', async () => {
    const server = await serve();
    const connection = connect(server.port);
    const abort = new AbortController();
    const follow = connection.follow(PARTICIPATION.Follow, () => ({}), { signal: abort.signal });
    await follow.next();
    connection.useCertificate({ certificatePem: member.certificatePem, keyPem: member.keyPem });
    expect((await follow.next()).value?.standing).toBe('active');
    abort.abort();
    await follow.next();
    await expect.poll(() => server.connections()).toBe(1);
  });

  it('outlives a restart of the coordinator', async () => {
    const first = await serve();
    const { port } = first;
    const abort = new AbortController();
    closing.push(() => abort.abort());
    const follow = connect(port).follow(PARTICIPATION.Follow, () => ({}), { signal: abort.signal });
    await follow.next();
    const again = follow.next();
    await first.close(100);
    await serve({ listen: `127.0.0.1:${port}` });
    expect((await again).value?.standing).toBe('active');
  });
});

describe('the server', () => {
  it('names the address when the port is taken', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    closing.push(() => squatter.close());
    const address = squatter.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const refusal = await refusalOfAsync(() => serve({ listen: `127.0.0.1:${port}` }));
    expect(refusal.code).toBe('port_taken');
    expect(refusal.facts.address).toBe(`127.0.0.1:${port}`);
    expect(await codeOf(() => serve({ listen: 'nowhere' }))).toBe('config_invalid');
  });

  it('lets calls under way finish when it stops, and ends what follows', async () => {
    let finish = (): void => {};
    const slow = participation({
      Vote: () =>
        new Promise((resolve) => {
          finish = () => resolve({ receipt: 'done' });
        }),
    });
    const server = await serve({ services: [slow] });
    const vote = connect(server.port).unary(PARTICIPATION.Vote, { vote: '' });
    await expect.poll(() => server.calls()).toBe(1);
    const stream = connect(server.port).serverStream(PARTICIPATION.Follow, {});
    await stream.next();
    const stopped = server.close(5000);
    expect(await codeOf(() => stream.next())).toBe('unavailable');
    finish();
    expect((await vote).receipt).toBe('done');
    await stopped;
    expect(server.connections()).toBe(0);
  });

  it('has every method of every service in the access table', () => {
    for (const service of Object.values(SERVICES)) {
      for (const { path } of Object.values(service)) expect(accessTo(path), path).toBeDefined();
    }
    expect(accessTo('/vedette.v1.Control/Unknown')).toBeUndefined();
    expect(accessTo('constructor')).toBeUndefined();
  });

  it('answers health and reflection without a key', async () => {
    const server = await serve();
    const client = new Client(
      `localhost:${server.port}`,
      credentials.createSsl(Buffer.from(federation.tls.caPem)),
    );
    closing.push(() => client.close());
    const health = (await import('grpc-health-check')).service;
    const check = health.Check;
    if (!check) throw new Error('the health service has no Check');
    const reply = await new Promise<unknown>((resolve, reject) => {
      client.makeUnaryRequest(
        check.path,
        check.requestSerialize,
        check.responseDeserialize,
        { service: '' },
        (error, value) => (error ? reject(error) : resolve(value)),
      );
    });
    expect(reply).toMatchObject({ status: 'SERVING' });
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    // ServerReflectionRequest { list_services (field 7): "" }
    const reflection = client.makeBidiStreamRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
    );
    reflection.write(Buffer.from([0x3a, 0x00]));
    const listed = await new Promise<Buffer>((resolve, reject) => {
      reflection.once('data', resolve);
      reflection.once('error', reject);
    });
    reflection.end();
    for (const name of Object.keys(SERVICES)) expect(listed.toString('latin1')).toContain(name);
    expect(PACKAGE[Object.keys(SERVICES)[0] ?? '']).toBeDefined();
  });

  it('offers a wide flow-control window and a bound on streams', async () => {
    const server = await serve();
    const session = connectHttp2(`https://localhost:${server.port}`, { ca: federation.tls.caPem });
    closing.push(() => session.destroy());
    await new Promise((resolve) => session.once('remoteSettings', resolve));
    expect(session.remoteSettings.initialWindowSize).toBe(FLOW_WINDOW_BYTES);
    expect(session.remoteSettings.maxConcurrentStreams).toBe(32);
    await expect.poll(() => session.state.remoteWindowSize).toBe(FLOW_WINDOW_BYTES);
  });

  it('speaks no TLS below 1.2 and nothing but HTTP/2', async () => {
    const server = await serve();
    const { connect: connectTls } = await import('node:tls');
    const attempt = (options: object) =>
      new Promise<string>((resolve) => {
        const socket = connectTls({
          port: server.port,
          host: '127.0.0.1',
          ca: federation.tls.caPem,
          ...options,
        });
        socket.once('secureConnect', () => socket.once('close', () => resolve('closed')));
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
        socket.resume();
      });
    expect(await attempt({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' })).toMatch(
      /ERR_SSL|EPROTO/,
    );
    expect(await attempt({ ALPNProtocols: ['http/1.1'] })).toMatch(/ERR_SSL|ECONNRESET|closed/);
    expect(await attempt({})).toMatch(/closed|ECONNRESET/);
  });

  it('does not read an upload before it knows who sends it', async () => {
    const moved: number[] = [];
    const server = await federation.serve({ rules: { moved: (_, bytes) => moved.push(bytes) } });
    closing.push(() => server.close(100));
    const client = federation.rawClient(server.port, member);
    closing.push(() => client.close());
    const refusal = await new Promise<Refusal>((resolve, reject) => {
      const call = client.makeClientStreamRequest(
        TRANSFER.Put.path,
        TRANSFER.Put.requestSerialize,
        TRANSFER.Put.responseDeserialize,
        new Metadata(),
        {},
        (error) => (error ? resolve(refusalOf(error, 'server')) : reject(new Error('accepted'))),
      );
      call.write({ data: Buffer.alloc(1000) });
    });
    expect(refusal.code).toBe('token_invalid');
    expect(moved).toEqual([]);
  });
});

/** One Submit with headers and bytes as given. */
async function rawSubmit(
  client: Client,
  authorization: string,
  bytes = Buffer.alloc(0),
): Promise<{ code: string }> {
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  return await new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      PARTICIPATION.Submit.path,
      (raw: Buffer) => raw,
      (raw: Buffer) => raw,
      bytes,
      metadata,
      { deadline: Date.now() + 10_000 },
      (error: ServiceError | null) => {
        if (error === null) resolve({ code: 'ok' });
        else if (isServiceError(error) && error.code !== status.DEADLINE_EXCEEDED) {
          resolve({ code: refusalOf(error, 'server').code });
        } else reject(error);
      },
    );
  });
}
