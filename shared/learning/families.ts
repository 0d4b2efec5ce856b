/**
 * The model families there are. A new one is a member of the `model` union in the federation schema, a function here
 * that makes it, and nothing else: rounds, checks and registry know only its vectors.
 */
import type { Federation, ModelSpec } from '../federation/schema.ts';
import { autoencoderFamily } from './autoencoder.ts';
import { christoffelFamily } from './christoffel.ts';
import type { ModelFamily } from './family.ts';

type FamilyName = ModelSpec['family'];
type SpecOf<Name extends FamilyName> = Extract<ModelSpec, { family: Name }>;

/** One maker for every family that the schema admits: the compiler asks for the missing one. */
const FAMILIES: {
  readonly [Name in FamilyName]: (federation: Federation, spec: SpecOf<Name>) => ModelFamily;
} = {
  christoffel: christoffelFamily,
  autoencoder: autoencoderFamily,
};

/** The family that a federation declares, ready to run its rounds. */
export function familyOf(federation: Federation): ModelFamily {
  return make(federation, federation.model);
}

function make<Name extends FamilyName>(
  federation: Federation,
  spec: SpecOf<Name> & { family: Name },
): ModelFamily {
  return FAMILIES[spec.family](federation, spec);
}
