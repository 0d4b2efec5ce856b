/** What operator, organisations and integrator type, each at their own command line. */
import { createServer } from 'node:net';
import type { ProofStep } from '../../client/core/release-proof.ts';
import type { UpdateExplanation } from '../../coordinator/core/checks/explain/explain-update.ts';
import type { RoundVerification } from '../../coordinator/flow/verify-round.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import type { ModelVersionsReply } from '../../shared/wire/generated/vedette/v1/ModelVersionsReply.ts';
import type { RoundRecord } from '../../shared/wire/generated/vedette/v1/RoundRecord.ts';
import type { RoundsReply } from '../../shared/wire/generated/vedette/v1/RoundsReply.ts';
import type { Organisation } from './material.ts';
import type { Processes, Service } from './processes.ts';
import type { Stage } from './stage.ts';

export const INTEGRATOR = 'integrator';
export const DRILL = 'sign-flip-10';

/** What `serve` says when it is ready. */
export interface Serving {
  readonly endpoint: string;
  readonly backend: string;
  readonly software: string;
}

/** What `pull` and `verify` say. */
export interface Proof {
  readonly holds: boolean;
  readonly steps: readonly ProofStep[];
}

/** Rounds asked for at once; the coordinator gives no more. */
const ROUNDS_PAGE = 1000;

export class Consortium {
  readonly #processes: Processes;
  readonly #stage: Stage;

  constructor(processes: Processes, stage: Stage) {
    this.#processes = processes;
    this.#stage = stage;
  }

  /** Makes the coordinator's home and serves it. */
  async found(): Promise<Serving> {
    // A port kept in the home: whoever keeps the homes can serve them again, and every node finds it there.
    const listen = `127.0.0.1:${await freePort()}`;
    await this.#operator('init', this.#stage.federationFile, '--listen', listen, '--http', '127.0.0.1:0');
    let said: string[] = [];
    return await this.#coordinator('coordinator', ['serve']).heard((line) => {
      // Its log shares the stream; the answer is the document whose braces stand alone.
      said = line === '{' ? [line] : [...said, line];
      return line === '}' ? (JSON.parse(said.join('\n')) as Serving) : undefined;
    });
  }

  /** Invites and enrols an organisation with its data; it then waits for approval. */
  async enrol({ name, file, incidents }: Organisation): Promise<void> {
    const invite = await this.#invite(name, 'member');
    const data = ['--data', file, ...(incidents ? ['--incidents', incidents] : [])];
    await this.#client(name, ['join', invite, '--home', this.#stage.node(name), ...data]);
  }

  async enrolIntegrator(): Promise<void> {
    const invite = await this.#invite(INTEGRATOR, 'integrator');
    await this.#client(INTEGRATOR, ['join', invite, '--home', this.#stage.integrator]);
    await this.approve([INTEGRATOR]);
  }

  async approve(names: readonly string[]): Promise<void> {
    await this.#operator('members', 'approve', ...names);
  }

  /** Starts a node, which ends when the first model is installed; resolves when it follows the coordinator. */
  async takePart(name: string, attacks: boolean): Promise<Service> {
    const drill = attacks ? ['--drill', DRILL] : [];
    const node = this.#processes.start({
      program: 'client',
      args: ['run', '--home', this.#stage.node(name), '--until-version', '1', ...drill],
      who: name,
      env: attacks ? { VEDETTE_DRILL: '1' } : {},
    });
    await node.heard((line) => (line.includes('"msg":"following"') ? true : undefined));
    return node;
  }

  async openRun(): Promise<void> {
    await this.#operator('rounds', 'open');
  }

  /** Every entry of the newest run as it is written, one JSON document a line. */
  watch(): Service {
    return this.#coordinator('watcher', ['rounds', 'watch']);
  }

  async promote(): Promise<void> {
    await this.#operator('models', 'promote', '--reason', 'the demonstration approves what passed');
  }

  /** Every round so far, in order. */
  async rounds(): Promise<RoundRecord[]> {
    const all: RoundRecord[] = [];
    for (let page: readonly RoundRecord[] | undefined; page === undefined || page.length === ROUNDS_PAGE; ) {
      const from = String((all.at(-1)?.round ?? 0) + 1);
      const limit = String(ROUNDS_PAGE);
      page = (await this.#operator<RoundsReply>('rounds', 'list', '--from', from, '--limit', limit)).rounds;
      all.push(...page);
    }
    return all;
  }

  /** Everything measured of one update. */
  evidence(round: number, member: string): Promise<UpdateExplanation> {
    return this.#operator<UpdateExplanation>('rounds', 'show', String(round), '--update', member);
  }

  /** The rounds from the first to this one, computed again from what the members sent. Fails when one does not hold. */
  async verifyRounds(last: number): Promise<RoundVerification[]> {
    const range = `1-${last}`;
    return (await this.#operator<{ rounds: RoundVerification[] }>('rounds', 'verify', range)).rounds;
  }

  members(): Promise<MemberRecord[]> {
    return this.#operator<MemberRecord[]>('members', 'list');
  }

  async models(): Promise<ModelVersionsReply['models']> {
    return (await this.#operator<ModelVersionsReply>('models', 'list')).models;
  }

  /** Downloads the newest release as the integrator, and proves it: once with the network, once without. */
  async pullAndVerify(): Promise<Proof> {
    const { integrator, model } = this.#stage;
    await this.#client(INTEGRATOR, ['pull', model, '--home', integrator]);
    return JSON.parse(await this.#client(INTEGRATOR, ['verify', model, '--home', integrator])) as Proof;
  }

  /** Scores a file with the model this node installed, or with the one the integrator pulled. */
  async score(owner: string, file: string, into: string): Promise<void> {
    const { integrator, model, node } = this.#stage;
    const using = owner === INTEGRATOR ? ['--home', integrator, '--model', model] : ['--home', node(owner)];
    await this.#client(owner, ['score', file, ...using], into);
  }

  #coordinator(who: string, args: readonly string[]): Service {
    return this.#processes.start({ program: 'coordinator', args: this.#atHome(args), who });
  }

  async #operator<T>(...args: string[]): Promise<T> {
    const said = await this.#processes.run({
      program: 'coordinator',
      args: this.#atHome(args),
      who: 'operator',
    });
    return JSON.parse(said) as T;
  }

  async #invite(name: string, role: string): Promise<string> {
    return (await this.#operator<{ invite: string }>('invite', name, '--role', role)).invite;
  }

  #client(who: string, args: readonly string[], into?: string): Promise<string> {
    return this.#processes.run({
      program: 'client',
      args: [...args, '--json'],
      who,
      ...(into ? { into } : {}),
    });
  }

  #atHome(args: readonly string[]): string[] {
    return [...args, '--home', this.#stage.coordinator, '--json'];
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  return await new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
