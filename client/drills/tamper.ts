/**
 * Drills: a node that misbehaves on purpose, so that demos and labs can show a coordinator refusing it. Off unless
 * asked for on the command line and allowed by VEDETTE_DRILL=1.
 */
import { Refusal } from '../../shared/refusal.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';

/** What a drill does to an update before it is signed. */
export type Tamper = (update: TensorSet) => TensorSet;

const DRILLS: Readonly<Record<string, Tamper>> = {
  /** The gradient of an attacker who wants the model to unlearn: ten times the update, the other way. */
  'sign-flip-10': (update) => scaled(update, -10),
};

export const DRILL_NAMES: readonly string[] = Object.keys(DRILLS);

/** Refuses `policy_refused` unless the environment allows drills, `usage` for a drill that does not exist. */
export function findDrill(name: string, allowed: string | undefined): Tamper {
  const tamper = Object.hasOwn(DRILLS, name) ? DRILLS[name] : undefined;
  if (!tamper) throw new Refusal('usage', `no drill ${name}; there are ${DRILL_NAMES.join(', ')}`);
  if (allowed === '1') return tamper;
  throw new Refusal(
    'policy_refused',
    `drill ${name} attacks the federation it joins; VEDETTE_DRILL=1 is not set`,
  );
}

function scaled({ layout, tensors }: TensorSet, factor: number): TensorSet {
  return {
    layout,
    tensors: new Map([...tensors].map(([name, values]) => [name, values.map((value) => value * factor)])),
  };
}
