/** tf.js, loaded when first needed, with the backend that does its algebra in this process. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs-core';

export type Algebra = typeof TensorFlow;
export type BackendName = 'tensorflow' | 'wasm';

interface Loaded {
  readonly tf: Algebra;
  readonly backend: BackendName;
}

let loading: Promise<Loaded> | undefined;

/** The native backend where its binding loads, else WebAssembly. Once per process or worker thread. */
export async function loadBackend(): Promise<BackendName> {
  return (await loadOnce()).backend;
}

/** tf.js with its backend ready. Modules take it as an argument, so that who only adds vectors never loads it. */
export async function loadAlgebra(): Promise<Algebra> {
  return (await loadOnce()).tf;
}

function loadOnce(): Promise<Loaded> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Loaded> {
  const tf = await import('@tensorflow/tfjs-core');
  if (await useNative(tf)) return { tf, backend: 'tensorflow' };
  await useWasm(tf);
  return { tf, backend: 'wasm' };
}

/** tfjs-node is optional: not installed, or installed without a binding for this machine, means WebAssembly. */
async function useNative(tf: Algebra): Promise<boolean> {
  const optional = '@tensorflow/tfjs-node';
  try {
    await import(optional);
    return await tf.setBackend('tensorflow');
  } catch {
    return false;
  }
}

async function useWasm(tf: Algebra): Promise<void> {
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(entry)}/`);
  // The matrices here are small: several threads spend more on meeting each other than they save.
  setThreadsCount(1);
  await withoutCrashHandlers(async () => {
    await tf.setBackend('wasm');
    await tf.ready();
  });
}

/**
 * The generated loader of the WebAssembly module hooks the process's crash events and rethrows from there, which
 * would bury every later error under its own source line. Those hooks are taken off again.
 */
async function withoutCrashHandlers(start: () => Promise<void>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  await start();
  events.forEach((event, i) => {
    for (const listener of process.rawListeners(event)) {
      if (!before[i]?.has(listener)) process.off(event, listener as () => void);
    }
  });
}
