/** A worker thread of the lab: plays one cell after the other. Started through `boot.mjs`. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Cell, type CellPlan, type LabSettings, playCell } from './cell.ts';
import type { LabData } from './lab-data.ts';
import { Training } from './training.ts';

export interface WorkerTask {
  readonly data: LabData;
  readonly settings: LabSettings;
}

export type WorkerReply = { readonly cell: Cell } | { readonly error: { message: string; stack?: string } };

const { data, settings } = workerData as WorkerTask;
const training = new Training();

parentPort?.on('message', async (plan: CellPlan) => {
  parentPort?.postMessage(await answer(plan));
});

async function answer(plan: CellPlan): Promise<WorkerReply> {
  try {
    return { cell: await playCell(data, settings, plan, training) };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const where = `${JSON.stringify(plan)}: `;
    return { error: { message: where + message, ...(stack === undefined ? {} : { stack: where + stack }) } };
  }
}
