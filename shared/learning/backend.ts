/** Which tf.js backend does the algebra in this process: the native one where it loads, else WebAssembly. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

export type BackendName = 'tensorflow' | 'wasm';

let loading: Promise<BackendName> | undefined;

/** Loads the backend once per process or worker thread; later calls share the first. */
export function loadBackend(): Promise<BackendName> {
  loading ??= load();
  return loading;
}

async function load(): Promise<BackendName> {
  return (await useNative()) ? 'tensorflow' : await useWasm();
}

/** tfjs-node is optional: not installed, or installed without a binding for this machine, means WebAssembly. */
async function useNative(): Promise<boolean> {
  const optional = '@tensorflow/tfjs-node';
  try {
    await import(optional);
    return (await tf.setBackend('tensorflow')) && tf.getBackend() === 'tensorflow';
  } catch {
    return false;
  }
}

async function useWasm(): Promise<BackendName> {
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(entry)}/`);
  // The matrices here are small: several threads spend more on meeting each other than they save.
  setThreadsCount(1);
  await withoutCrashHandlers(async () => {
    await tf.setBackend('wasm');
    await tf.ready();
  });
  return 'wasm';
}

/**
 * The generated loader of the WebAssembly module hooks the process's crash events and rethrows from there, which
 * would bury every later error under its own source line. Those hooks are taken off again.
 */
async function withoutCrashHandlers(start: () => Promise<void>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  await start();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i]?.has(listener)) process.off(event, listener);
    }
  });
}
