/** Cells spread over worker threads, each with its own algebra. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Cell, CellPlan } from './cell.ts';
import type { WorkerReply, WorkerTask } from './lab-worker.ts';

export interface Play {
  readonly task: WorkerTask;
  readonly plans: readonly CellPlan[];
  /** Threads; never more than cells. Default: the cores there are. */
  readonly workers: number | undefined;
  /** Ends the play early: what is under way is lost, what is done was told. */
  readonly signal: AbortSignal;
  onCell(cell: Cell): void;
}

/** Resolves when every cell was told, or the signal came. Rejects when a worker fails: a fault of the lab's own. */
export async function playCells({ task, plans, workers, signal, onCell }: Play): Promise<void> {
  const waiting = signal.aborted ? [] : [...plans];
  const count = Math.min(workers ?? availableParallelism(), waiting.length);
  const players = Array.from({ length: count }, () => new Player(task));
  const stop = () => {
    waiting.length = 0;
    for (const player of players) void player.end();
  };
  signal.addEventListener('abort', stop);
  const playOn = async (player: Player) => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
      const cell = await player.play(plan);
      if (cell === undefined) return;
      onCell(cell);
    }
  };
  try {
    await Promise.all(players.map(playOn));
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.all(players.map((player) => player.end()));
  }
}

interface Awaited {
  resolve(cell: Cell | undefined): void;
  reject(error: Error): void;
}

class Player {
  readonly #worker: Worker;
  #ended = false;
  #failure = '';
  #awaited: Awaited | undefined;

  constructor(task: WorkerTask) {
    this.#worker = new Worker(new URL('./boot.mjs', import.meta.url), { workerData: task });
    this.#worker.on('message', (reply: WorkerReply) => {
      if ('cell' in reply) this.#settle(({ resolve }) => resolve(reply.cell));
      else this.#fail(reply.error.stack ?? reply.error.message);
    });
    this.#worker.on('error', (error) => {
      this.#failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    this.#worker.on('exit', (code) => this.#fail(this.#failure || `the worker ended (exit ${code})`));
  }

  /** Undefined when the worker was ended under way. */
  play(plan: CellPlan): Promise<Cell | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#awaited = { resolve, reject };
      this.#worker.postMessage(plan);
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #fail(message: string): void {
    this.#settle(({ resolve, reject }) => (this.#ended ? resolve(undefined) : reject(new Error(message))));
  }

  #settle(how: (awaited: Awaited) => void): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited !== undefined) how(awaited);
  }
}
