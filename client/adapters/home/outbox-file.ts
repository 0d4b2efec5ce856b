import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { asDiskRefusal } from '../../data/row-file.ts';
import type { OnItsWay, Outbox } from '../../ports/outbox.ts';
import { readIfThere } from './private-file.ts';

const OnItsWaySchema = z.strictObject({
  header: z.string(),
  digest: z.string(),
  round: z.int(),
  attempt: z.int(),
});

/** outbox.json, replaced as a whole. Not flushed: it is written in every round, and guards against a kill only. */
export class OutboxFile implements Outbox {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async put(sent: OnItsWay): Promise<void> {
    const fresh = `${this.#path}.new`;
    try {
      await writeFile(fresh, JSON.stringify(sent), { mode: 0o600 });
      await rename(fresh, this.#path);
    } catch (error) {
      throw asDiskRefusal(error, this.#path);
    }
  }

  /** Undefined too when what is there cannot be read: then there is nothing to ask for. */
  async last(): Promise<OnItsWay | undefined> {
    const text = await readIfThere(this.#path);
    if (text === undefined) return undefined;
    try {
      return OnItsWaySchema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }
}
