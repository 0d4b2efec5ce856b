/** A grid as tables for people: attacks down, policies across. */
import { type AssumedByPolicy, beyondAssumed } from './attackers.ts';
import { attackOf, type Cell } from './cell.ts';
import { attackersText, type Block, blocksOf, type Figures } from './summary.ts';

/** @param intro lines that say what was run, with what */
export function markdownOf(
  cells: readonly Cell[],
  intro: readonly string[],
  assumed: AssumedByPolicy,
): string {
  const blocks = blocksOf(cells);
  return `${[
    '# The lab',
    ...intro,
    'Figures are means over seeds. **AUROC** is over the test rows; in brackets what it lost against no policy without an attack at the same seed (below 0: gained). **Family** is the AUROC of the hidden family alone. **Refused** are the updates refused by a check, of the attackers and of honest members, in percent of those sent in the rounds that make the model.',
    ...blocks.flatMap((block) => sectionOf(block, assumed)),
    ...failuresOf(cells),
  ].join('\n\n')}\n`;
}

function sectionOf(block: Block, assumed: AssumedByPolicy): string[] {
  const beyond = beyondAssumed(block.attackers, assumed);
  return [
    `## ${block.title}`,
    ...(beyond === undefined ? [] : [`${block.title}: ${beyond}.`]),
    '### AUROC',
    tableOf(block, ({ auroc, loss }) => `${auroc.toFixed(4)} (${signed(loss)})`),
    ...(block.rows.some(({ attack }) => attackOf(attack)?.hides)
      ? [
          '### Family',
          tableOf(block, ({ family, familyLoss }) => `${family.toFixed(4)} (${signed(familyLoss)})`, true),
        ]
      : []),
    '### Refused, attackers / honest, %',
    tableOf(
      block,
      ({ attackersRefused, honestRefused }) => `${percent(attackersRefused)} / ${percent(honestRefused)}`,
    ),
  ];
}

function tableOf(block: Block, show: (figures: Figures) => string, hidingOnly = false): string {
  const rows = block.rows.filter(({ attack }) => !hidingOnly || attackOf(attack)?.hides);
  return [
    `| attack | ${block.policies.join(' | ')} |`,
    `|---|${block.policies.map(() => '---:|').join('')}`,
    ...rows.map(({ title, figures }) => {
      const cells = block.policies.map((policy) => {
        const found = figures.get(policy);
        return found ? show(found) : '–';
      });
      return `| ${title} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

function failuresOf(cells: readonly Cell[]): string[] {
  const failed = cells.filter((cell) => cell.failed !== null);
  if (failed.length === 0) return [];
  const lines = failed.map(
    ({ attack, policy, attackers, seed, failed: why }) =>
      `- ${attack} × ${policy}, ${attackersText(attackers)}, seed ${seed}: ${why}`,
  );
  return ['## No model', 'Scored as a detector that knows nothing (AUROC 0.5).', lines.join('\n')];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

function percent(rate: number): string {
  return (100 * rate).toFixed(rate > 0 && rate < 0.0995 ? 2 : 1);
}
