/** What the cells of a grid add up to: means over seeds, and losses against a run without attack or policy. */
import { NO_ATTACK } from './attacks/registry.ts';
import { attackOf, type Cell } from './cell.ts';
import { NO_POLICY } from './policies.ts';

export interface Figures {
  readonly auroc: number;
  /** AUROC of the policy-free run without an attack at the same seed, minus this one. */
  readonly loss: number;
  readonly family: number;
  readonly familyLoss: number;
  readonly attackersRefused: number;
  readonly honestRefused: number;
}

export interface Row {
  readonly title: string;
  readonly attack: string;
  /** By policy. */
  readonly figures: ReadonlyMap<string, Figures>;
}

/** Everything with so many attackers. */
export interface Block {
  readonly title: string;
  readonly attackers: number;
  readonly policies: readonly string[];
  readonly rows: readonly Row[];
}

export function blocksOf(cells: readonly Cell[]): Block[] {
  const counts = [...new Set(cells.map(({ attackers }) => attackers))].sort((a, b) => a - b);
  return counts.map((count) => {
    const own = cells.filter(({ attackers }) => attackers === count);
    return {
      title: count === 0 ? 'No attack' : attackersText(count),
      attackers: count,
      policies: distinct(own.map(({ policy }) => policy)),
      rows: distinct(own.map(rowTitle)).map((title) => {
        const row = own.filter((cell) => rowTitle(cell) === title);
        const policies = distinct(row.map(({ policy }) => policy));
        const figures = policies.map((policy) => {
          const ofPolicy = row.filter((cell) => cell.policy === policy);
          return [policy, figuresOf(ofPolicy, cells)] as const;
        });
        return { title, attack: row[0]?.attack ?? NO_ATTACK, figures: new Map(figures) };
      }),
    };
  });
}

export function attackersText(count: number): string {
  return `${count} ${count === 1 ? 'attacker' : 'attackers'}`;
}

function rowTitle({ attack, family }: Cell): string {
  return attackOf(attack)?.hides ? `${attack} (${family})` : attack;
}

function figuresOf(cells: readonly Cell[], all: readonly Cell[]): Figures {
  const losses = cells.flatMap((cell) => {
    const clean = cleanOf(cell, all);
    return clean
      ? [{ auroc: clean.auroc - cell.auroc, family: familyIn(clean, cell) - familyIn(cell, cell) }]
      : [];
  });
  return {
    auroc: mean(cells.map(({ auroc }) => auroc)),
    loss: mean(losses.map(({ auroc }) => auroc)),
    family: mean(cells.map((cell) => familyIn(cell, cell))),
    familyLoss: mean(losses.map(({ family }) => family)),
    attackersRefused: mean(cells.map(({ attackersRefused }) => attackersRefused)),
    honestRefused: mean(cells.map(({ honestRefused }) => honestRefused)),
  };
}

function cleanOf({ seed }: Cell, all: readonly Cell[]): Cell | undefined {
  return all.find((cell) => cell.seed === seed && cell.attack === NO_ATTACK && cell.policy === NO_POLICY);
}

/** What a cell reached on the family that another hides. */
function familyIn({ families }: Cell, { family }: Cell): number {
  return families[family] ?? Number.NaN;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
