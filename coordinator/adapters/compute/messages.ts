/** What goes over the thread boundary. One job at a time, so a reply needs no name. */
import type { RefusalCode, RefusalFacts } from '../../../shared/refusal.ts';
import type { Compute } from '../../ports/compute.ts';

/** The calls of the port that a worker serves. */
export type Call = Exclude<keyof Compute, 'close'>;
export type JobOf<C extends Call> = Parameters<Compute[C]>[0];
export type ResultOf<C extends Call> = Awaited<ReturnType<Compute[C]>>;

export type Request = { [C in Call]: { readonly call: C; readonly job: JobOf<C> } }[Call];

export type Reply =
  | { readonly result: ResultOf<Call> }
  | {
      readonly refusal: {
        readonly code: RefusalCode;
        readonly message: string;
        readonly facts: RefusalFacts;
      };
    }
  | { readonly error: { readonly message: string; readonly stack: string | undefined } };

/** Modules the worker loads by URL: what it learns with is a plug. */
export interface WorkerModules {
  /** Exports `familyOf(federation): ModelFamily`. */
  readonly families: string;
  /** Exports `loadBackend(): Promise<'tensorflow' | 'wasm'>`. */
  readonly backend: string;
}
