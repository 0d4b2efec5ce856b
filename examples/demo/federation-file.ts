/** The federation file of one demonstration: the one given, with what the command line asks for. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { parseFederation } from '../../shared/federation/load.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import { DEFAULT_ROUNDS, type FamilyName } from './options.ts';

export interface Changes {
  readonly family: FamilyName | undefined;
  readonly rounds: number | undefined;
  readonly seed: number | undefined;
  readonly clients: number;
  readonly attackers: number;
  /** The canary file that belongs to generated data, instead of the one beside the source. */
  readonly canary: string | undefined;
}

/** Writes the derived file to `target`, its canary file beside it, and returns what it says. Refuses `federation_invalid`. */
export function deriveFederation(source: string, target: string, changes: Changes): Federation {
  if (!existsSync(source))
    throw new Refusal('federation_invalid', `there is no federation file ${source}`, { file: source });
  const text = readFileSync(source, 'utf8');
  const given = parseFederation(text, source);
  const document = parseDocument(text);
  const family = changes.family ?? given.model.family;
  // Settings of one family mean nothing to another: those of the file stay only when it is of the family asked for.
  if (family !== given.model.family) document.set('model', document.createNode({ family }));
  if (family === 'autoencoder') setRounds(document, changes.rounds);
  else if (changes.rounds !== undefined)
    throw new Refusal('usage', `--rounds is for the autoencoder; ${family} has as many rounds as it needs`);
  if (changes.seed !== undefined) document.set('seed', changes.seed);
  requireQuorum(document, given, changes.clients - changes.attackers);
  requireRule(document, given, changes.clients - changes.attackers);
  if (given.canary)
    takeCanary(document, changes.canary ?? resolve(dirname(source), given.canary.file), target);
  writeFileSync(target, document.toString());
  return parseFederation(document.toString(), target);
}

function setRounds(document: Document, rounds: number | undefined): void {
  const declared = document.getIn(['model', 'rounds']);
  document.setIn(['model', 'rounds'], rounds ?? declared ?? DEFAULT_ROUNDS);
}

/** The federation may be smaller here than the file expects, and attackers do not count towards a quorum. */
function requireQuorum(document: Document, { rounds }: Federation, honest: number): void {
  document.setIn(['rounds', 'min'], Math.max(1, Math.min(rounds.min, honest)));
  if (rounds.target !== undefined && rounds.target > honest)
    document.setIn(['rounds', 'target'], Math.max(1, honest));
}

/** A trimmed mean of so few that nothing is left in the middle breaks down: the mean then. */
function requireRule(document: Document, { aggregation }: Federation, honest: number): void {
  if (aggregation.rule !== 'trimmed-mean') return;
  const trim = aggregation.trim ?? Math.max(1, Math.floor(0.2 * honest));
  if (2 * trim >= honest) document.set('aggregation', document.createNode({ rule: 'weighted-mean' }));
}

/** Beside the derived file, under a relative name: no path of this machine enters the definition that members sign for. */
function takeCanary(document: Document, file: string, target: string): void {
  if (!existsSync(file)) throw new Refusal('data_missing', `canary.file: there is no ${file}`, { file });
  copyFileSync(file, join(dirname(target), basename(file)));
  document.setIn(['canary', 'file'], basename(file));
}
