/** The passes over stripes by name, as they are asked for in another thread. */
import { type CombinedStripe, CombinePass, type CombineSpec } from './combine-pass.ts';
import { GramPass, type GramSpec, type GramSums } from './gram-pass.ts';
import type { Pass } from './stripes.ts';

export interface PassSpecs {
  readonly gram: GramSpec;
  readonly combine: CombineSpec;
}

export interface PassResults {
  readonly gram: GramSums;
  readonly combine: CombinedStripe;
}

export type PassName = keyof PassSpecs;

const PASSES: { readonly [Name in PassName]: (spec: PassSpecs[Name]) => Pass<PassResults[Name]> } = {
  gram: (spec) => new GramPass(spec),
  combine: (spec) => new CombinePass(spec),
};

/** Opens the rows and lays out memory. Refuses what opening tensor files refuses, and `update_shape`. */
export function beginPass<Name extends PassName>(name: Name, spec: PassSpecs[Name]): Pass<PassResults[Name]> {
  return PASSES[name](spec);
}
