/** What goes between a job and the threads that work on its stripes. */
import type { RefusalCode, RefusalFacts } from '../../../shared/refusal.ts';
import type { PassName, PassResults, PassSpecs } from './passes.ts';
import type { Stripe } from './stripes.ts';

/** A pass is begun, then gets its stripes, then is ended. */
export type StripeRequest =
  | { readonly kind: 'begin'; readonly name: PassName; readonly spec: PassSpecs[PassName] }
  | { readonly kind: 'stripe'; readonly stripe: Stripe; readonly index: number }
  | { readonly kind: 'end' };

/** One for each stripe; or the first thing that went wrong. */
export type StripeReply =
  | { readonly kind: 'result'; readonly index: number; readonly result: PassResults[PassName] }
  | {
      readonly kind: 'refusal';
      readonly code: RefusalCode;
      readonly message: string;
      readonly facts: RefusalFacts;
    }
  | { readonly kind: 'error'; readonly message: string };
