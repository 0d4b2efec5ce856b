import { setTimeout as sleep } from 'node:timers/promises';
import { connect, ErrorCode, Events, headers, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import type { Logger } from 'pino';
import type { Bus } from '../../ports/bus.ts';
import type { Entry, Journal } from '../../ports/journal.ts';
import { CLOUD_EVENT_JSON, cloudEventOf, cloudEventWithoutData } from './cloud-event.ts';
import { type NatsAddress, natsOptions } from './nats-options.ts';
import { readPosition, writePosition } from './position-file.ts';

export interface NatsBusOptions extends NatsAddress {
  readonly federation: string;
  readonly journal: Pick<Journal, 'read' | 'size'>;
  /** Remembers across restarts how far the journal is published. Default: starts over at entry 0 with each start. */
  readonly positionFile?: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Entries between two round trips to the broker, and so the most that an outage repeats. */
const BATCH = 128;
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
const SAVE_INTERVAL_MS = 1_000;
/** How long `close` goes on publishing what is left. */
const CLOSE_WITHIN_MS = 2_000;

/**
 * Publishes every journal entry to `vedette.<federation>.<type>` on NATS, in order, as a CloudEvent.
 *
 * At least once: entries are read from the journal, and the position moves on only when the broker has answered a
 * ping sent behind them. After an outage of either side publishing goes on from that position, so some entries come
 * twice (same `id`, and same `Nats-Msg-Id`, by which a JetStream stream drops them) and none is left out. `tell`
 * itself only wakes the publisher. A subscriber that was away has to read the journal, or listen through a stream.
 */
export class NatsBus implements Bus {
  readonly #options: NatsBusOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: NatsConnection | undefined;
  #next: number;
  #savedNext: number;
  #saved = 0;
  #wake: () => void = () => {};

  /** Connects in the background, for ever. Refuses `config_invalid` for an address that can never work. */
  static open(options: NatsBusOptions): NatsBus {
    natsOptions(options, options.federation);
    return new NatsBus(options);
  }

  private constructor(options: NatsBusOptions) {
    this.#options = options;
    const position = options.positionFile === undefined ? 0 : readPosition(options.positionFile);
    // A journal restored from a backup may end before the position: what it appends now must not be skipped.
    this.#next = Math.min(position, options.journal.size());
    this.#savedNext = this.#next;
    this.#running = this.#run();
  }

  /** The first index that the broker has not confirmed. */
  get position(): number {
    return this.#next;
  }

  get connected(): boolean {
    return this.#connection !== undefined && !this.#connection.isClosed();
  }

  tell(_entries: readonly Entry[]): void {
    this.#wake();
  }

  /** Publishes what is left if the broker answers in time, then disconnects. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    const patience = new AbortController();
    const late = sleep(CLOSE_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([this.#running, late]);
    patience.abort();
    await this.#connection?.close();
    await this.#running;
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isClosing) {
      try {
        await this.#connectAndPublish(() => {
          failures = 0;
        });
      } catch (error) {
        failures += 1;
        if (failures === 1)
          this.#options.log.warn({ code: codeOf(error), next: this.#next }, 'bus: no connection to NATS');
        await this.#pause(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (failures - 1)));
      }
    }
    this.#savePosition(0);
  }

  async #connectAndPublish(connected: () => void): Promise<void> {
    const connection = await connect(natsOptions(this.#options, `vedette ${this.#options.federation}`));
    this.#connection = connection;
    connected();
    this.#options.log.info({ next: this.#next }, 'bus: connected to NATS');
    const lost = connection.closed().then((error) => {
      throw error ?? NatsError.errorForCode(ErrorCode.ConnectionClosed);
    });
    lost.catch(() => {
      // Whoever publishes or waits meets it in a race.
    });
    void this.#watch(connection);
    try {
      await this.#publishAll(connection, lost);
    } finally {
      this.#connection = undefined;
      await connection.close();
    }
  }

  /** A broker that forbids a subject says so on the side, and counts the message as taken. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type, data } of connection.status()) {
      if (type === Events.Error)
        this.#options.log.warn({ code: String(data) }, 'bus: the broker refused a message');
    }
  }

  /** Returns when closing and nothing is left. */
  async #publishAll(connection: NatsConnection, lost: Promise<never>): Promise<void> {
    for (;;) {
      const woken = this.#untilWoken();
      while (this.#next < this.#options.journal.size()) await this.#publishBatch(connection, lost);
      if (this.#isClosing) return;
      await Promise.race([woken, lost]);
    }
  }

  async #publishBatch(connection: NatsConnection, lost: Promise<never>): Promise<void> {
    let end = this.#next;
    for (const entry of this.#options.journal.read(this.#next, this.#next + BATCH)) {
      this.#publish(connection, entry);
      end = entry.index + 1;
    }
    await Promise.race([connection.flush(), lost]);
    this.#next = end;
    this.#savePosition(SAVE_INTERVAL_MS);
  }

  #publish(connection: NatsConnection, entry: Entry): void {
    const { federation, log } = this.#options;
    const subject = `vedette.${federation}.${entry.type}`;
    const options = { headers: messageHeaders(federation, entry) };
    try {
      connection.publish(subject, JSON.stringify(cloudEventOf(federation, entry)), options);
    } catch (error) {
      if (codeOf(error) !== ErrorCode.MaxPayloadExceeded) throw error;
      log.warn(
        { entry: entry.index, type: entry.type },
        'bus: too large for the broker, published without its data',
      );
      connection.publish(subject, JSON.stringify(cloudEventWithoutData(federation, entry)), options);
    }
  }

  #savePosition(intervalMs: number): void {
    const { positionFile, log } = this.#options;
    if (positionFile === undefined || this.#next === this.#savedNext || Date.now() - this.#saved < intervalMs)
      return;
    this.#saved = Date.now();
    try {
      writePosition(positionFile, this.#next);
      this.#savedNext = this.#next;
    } catch (error) {
      log.warn({ code: codeOf(error) }, 'bus: position not saved; a restart will repeat events');
    }
  }

  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => {
      // Aborted by `close`: the loop looks at that next.
    });
  }
}

function messageHeaders(federation: string, entry: Entry): MsgHdrs {
  const all = headers();
  all.set('content-type', CLOUD_EVENT_JSON);
  all.set('Nats-Msg-Id', `${federation}-${entry.index}`);
  return all;
}

/** Codes only: the text of an error may hold what a broker or a stranger in its place has sent. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
