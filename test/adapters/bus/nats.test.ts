import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NatsBus, type NatsBusOptions } from '../../../coordinator/adapters/bus/nats.ts';
import { MemoryJournal } from '../../../coordinator/adapters/journal/memory.ts';
import { createLog } from '../../../coordinator/adapters/log.ts';
import { busContract } from '../../contracts/bus.ts';
import { draft, drafts } from '../../support/journal-drafts.ts';
import { type NatsServer, natsMissing, startNats } from '../../support/nats-server.ts';
import { type StorageFolder, storageFolder } from '../../support/storage-folder.ts';
import { until } from '../../support/until.ts';

const missing = natsMissing();
const log = createLog({ level: 'silent' });

interface Message {
  readonly subject: string;
  readonly contentType: string | undefined;
  readonly messageId: string | undefined;
  readonly event: Record<string, unknown>;
}

/** Everything published under `vedette.`, from the moment this resolves. */
async function listen(
  server: NatsServer,
  options: ConnectionOptions = {},
): Promise<{ messages: Message[]; connection: NatsConnection }> {
  const connection = await connect({ servers: server.url, reconnect: false, ...options });
  const messages: Message[] = [];
  connection.subscribe('vedette.>', {
    callback: (_, message) => {
      messages.push({
        subject: message.subject,
        contentType: message.headers?.get('content-type'),
        messageId: message.headers?.get('Nats-Msg-Id'),
        event: JSON.parse(message.string()) as Record<string, unknown>,
      });
    },
  });
  await connection.flush();
  return { messages, connection };
}

function idsOf(messages: readonly Message[]): number[] {
  return messages.map(({ event }) => Number(event.id));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset);
}

/** A gate before the broker, so that a test decides when the bus gets through to it. */
async function gateTo(
  port: number,
): Promise<{ url: string; open(): void; shut(): void; close(): Promise<void> }> {
  let isOpen = true;
  const sockets = new Set<Socket>();
  const gate: Server = createServer((near) => {
    if (!isOpen) return void near.destroy();
    const far = dial(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const address = gate.address();
  if (address === null || typeof address === 'string') throw new Error('the gate has no port');
  const shut = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `nats://127.0.0.1:${address.port}`,
    open: () => {
      isOpen = true;
    },
    shut,
    close: async () => {
      shut();
      await new Promise((resolve) => gate.close(resolve));
    },
  };
}

describe.skipIf(missing !== undefined)('with a real nats-server', () => {
  busContract('NATS', async () => {
    const server = await startNats();
    const { messages, connection } = await listen(server);
    const journal = new MemoryJournal();
    const bus = NatsBus.open({ url: server.url, federation: 'demo', journal, log });
    return {
      bus,
      journal,
      heard: () => idsOf(messages),
      dispose: async () => {
        await connection.close();
        await server.kill();
      },
    };
  });

  describe('the NATS bus', () => {
    let folder: StorageFolder;
    let server: NatsServer;
    let journal: MemoryJournal;
    let options: Omit<NatsBusOptions, 'url'>;
    const cleanUp: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      folder = storageFolder();
      server = await startNats();
      journal = new MemoryJournal();
      options = { federation: 'demo', journal, log, positionFile: join(folder.path, 'bus-position.json') };
    });

    afterEach(async () => {
      for (const undo of cleanUp.splice(0).reverse()) await undo();
      await server.kill();
      folder.remove();
    });

    function start(url: string, more: Partial<NatsBusOptions> = {}): NatsBus {
      const bus = NatsBus.open({ ...options, url, ...more });
      cleanUp.push(() => bus.close());
      return bus;
    }

    async function hear(from = server, how: ConnectionOptions = {}): Promise<Message[]> {
      const { messages, connection } = await listen(from, how);
      cleanUp.push(() => connection.close());
      return messages;
    }

    it('publishes entries as CloudEvents in structured mode', async () => {
      const messages = await hear();
      const [first, second, third] = await journal.append(0, [
        { ...draft(0), type: 'update_judged', data: { member: 'm-1', round: 4, verdict: 'é' } },
        { ...draft(1), type: 'round_opened', data: { round: 4 } },
        { ...draft(2), type: 'model_promoted', data: { version: 2 } },
      ]);
      start(server.url);
      await until(() => messages.length === 3);
      expect(messages[0]).toEqual({
        subject: 'vedette.demo.update_judged',
        contentType: 'application/cloudevents+json; charset=utf-8',
        messageId: 'demo-0',
        event: {
          specversion: '1.0',
          id: '0',
          source: '/vedette/demo',
          type: 'org.vedette.update_judged',
          subject: 'm-1',
          time: first?.at,
          datacontenttype: 'application/json',
          data: first?.data,
        },
      });
      expect(messages[1]?.event).toMatchObject({ subject: '4', time: second?.at, data: { round: 4 } });
      expect(messages[2]?.event).toMatchObject({ type: 'org.vedette.model_promoted', data: third?.data });
      expect(messages[2]?.event).not.toHaveProperty('subject');
    });

    it('leaves the data of an entry too large for the broker in the journal, and goes on', async () => {
      const messages = await hear();
      await journal.append(0, [draft(0), draft(1, { text: 'x'.repeat(1_100_000) }), draft(2)]);
      start(server.url);
      await until(() => messages.length === 3);
      expect(idsOf(messages)).toEqual([0, 1, 2]);
      expect(messages[1]?.event).not.toHaveProperty('data');
      expect(messages[1]?.event.dataref).toBe('/vedette/demo/journal/1');
    });

    it('skips nothing when the broker is killed while publishing and comes back', async () => {
      const gate = await gateTo(server.port);
      cleanUp.push(() => gate.close());
      const before = await hear();
      await journal.append(0, drafts(20_000));
      const bus = start(gate.url);
      await until(() => bus.position >= 1000);
      await server.kill();
      await until(() => !bus.connected);
      gate.shut();
      const confirmed = bus.position;
      expect(confirmed).toBeLessThan(journal.size());
      bus.tell(await journal.append(20_000, drafts(500)));

      server = await startNats(server.port);
      const after = await hear();
      gate.open();
      await until(() => bus.position === 20_500);
      await until(() => after.length >= 20_500 - confirmed);
      expect(idsOf(before)).toEqual(range(0, before.length));
      expect(idsOf(after)).toEqual(range(confirmed, 20_500));
    });

    it('repeats rather than skips when the connection is cut again and again', async () => {
      const gate = await gateTo(server.port);
      cleanUp.push(() => gate.close());
      const messages = await hear();
      await journal.append(0, drafts(6000));
      const bus = start(gate.url);
      for (const mark of [500, 2000, 4000]) {
        await until(() => bus.position >= mark);
        gate.shut();
        await until(() => !bus.connected);
        gate.open();
      }
      await until(() => bus.position === 6000 && idsOf(messages).at(-1) === 5999);
      expect([...new Set(idsOf(messages))]).toEqual(range(0, 6000));
    });

    it('waits for a broker that is not there yet, and holds nobody up', async () => {
      const { port } = server;
      await server.kill();
      const bus = start(`nats://127.0.0.1:${port}`);
      bus.tell(await journal.append(0, drafts(3)));
      expect(bus.connected).toBe(false);
      server = await startNats(port);
      await until(() => bus.position === 3);
    });

    it('closes while there is no broker', async () => {
      await server.kill();
      const bus = start(server.url);
      bus.tell(await journal.append(0, drafts(3)));
      await bus.close();
      expect(bus.position).toBe(0);
    });

    it('goes on after a restart of the coordinator where it was, with what was appended meanwhile', async () => {
      const messages = await hear();
      await journal.append(0, drafts(300));
      const first = start(server.url);
      await until(() => first.position === 300);
      await first.close();
      await journal.append(300, drafts(50));
      const second = start(server.url);
      await until(() => second.position === 350);
      await until(() => messages.length === 350);
      expect(idsOf(messages)).toEqual(range(0, 350));
    });

    it('publishes what is left before it closes', async () => {
      const messages = await hear();
      const bus = start(server.url);
      await until(() => bus.connected);
      bus.tell(await journal.append(0, drafts(1000)));
      await bus.close();
      expect(bus.position).toBe(1000);
      await until(() => messages.length === 1000);
    });

    it.each([
      ['is missing', undefined, 0],
      ['is damaged', '{"next":', 0],
      ['names no position', '{"next":-4}', 0],
      ['is ahead of a journal restored from a backup', '{"next":500}', 10],
    ])('starts at entry %#: the position file %s', async (_, content, expected) => {
      await journal.append(0, drafts(10));
      if (content !== undefined) writeFileSync(join(folder.path, 'bus-position.json'), content);
      await server.kill();
      const bus = start(server.url);
      expect(bus.position).toBe(expected);
    });

    it('logs in with what the URL says, and keeps trying when that is wrong', async () => {
      await server.kill();
      server = await startNats(-1, ['--user', 'vedette', '--pass', 'p@ss:w']);
      const messages = await hear(server, { user: 'vedette', pass: 'p@ss:w' });
      await journal.append(0, drafts(2));
      const wrong = start(server.url.replace('//', '//vedette:wrong@'), { federation: 'wrong' });
      const right = start(server.url.replace('//', '//vedette:p%40ss%3Aw@'));
      await until(() => right.position === 2);
      await until(() => messages.length === 2);
      expect(wrong.connected).toBe(false);
      expect(wrong.position).toBe(0);
      expect(messages.map(({ subject }) => subject)).toEqual([
        'vedette.demo.event_0',
        'vedette.demo.event_1',
      ]);
    });

    it('speaks TLS, and refuses a broker whose CA it does not know', async () => {
      const { certificateFile, keyFile } = await selfSigned(folder.path);
      await server.kill();
      server = await startNats(-1, ['--tls', '--tlscert', certificateFile, '--tlskey', keyFile]);
      await journal.append(0, drafts(2));
      const url = `tls://localhost:${server.port}`;
      const wary = start(url);
      const trusting = start(url, { caFile: certificateFile });
      await until(() => trusting.position === 2);
      expect(wary.position).toBe(0);
    });
  });
});

describe('the address of a NATS broker', () => {
  it.each(['localhost:4222', 'http://localhost', 'not a url', '', 'nats://one:4222,ftp://two'])(
    'is refused when it is %j',
    (url) => {
      const options = { url, federation: 'demo', journal: new MemoryJournal(), log };
      expect(() => NatsBus.open(options)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    },
  );

  it('is not repeated in a refusal: it may hold a password', () => {
    const options = { url: 'nats//user:hunter2@host', federation: 'demo', journal: new MemoryJournal(), log };
    expect(() => NatsBus.open(options)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});

async function selfSigned(folder: string): Promise<{ certificateFile: string; keyFile: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys: keys as unknown as CryptoKeyPair,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
      new x509.BasicConstraintsExtension(true),
    ],
  });
  const certificateFile = join(folder, 'broker.crt');
  const keyFile = join(folder, 'broker.key');
  writeFileSync(certificateFile, certificate.toString('pem'));
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  writeFileSync(keyFile, x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'));
  return { certificateFile, keyFile };
}
