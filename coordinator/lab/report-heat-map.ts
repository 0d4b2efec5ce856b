/** A grid as one picture: the darker, the more was lost. Every square says its number too. */
import { attackOf, type Cell } from './cell.ts';
import { type Block, blocksOf, type Figures } from './summary.ts';

const SQUARE = { width: 76, height: 24 };
const LEFT = 230;
const GAP = 40;
/** Width of a letter at this size, about; headings lean by 38°. */
const LETTER = 6.2;
const LEAN = Math.sin((38 * Math.PI) / 180);
const MARGIN = 24;
/** A loss that has the full colour; beyond it the number alone tells more. */
const FULL_LOSS = 0.1;
const FONT = 'font-family="system-ui, -apple-system, Segoe UI, sans-serif"';
/** White to red for what was lost, white to blue for what was gained. */
const LOST = [178, 24, 43] as const;
const GAINED = [33, 102, 172] as const;

interface Panel {
  readonly title: string;
  readonly block: Block;
  readonly rows: Block['rows'];
  readonly loss: (figures: Figures) => number;
}

export function heatMapOf(cells: readonly Cell[], caption: string): string {
  const panels = blocksOf(cells).flatMap(panelsOf);
  const columns = Math.max(1, ...panels.map(({ block }) => block.policies.length));
  const width = Math.max(LEFT + columns * SQUARE.width + MARGIN, 720);
  let top = 64;
  const drawn = panels.map((panel) => {
    const text = drawPanel(panel, top);
    top += headroomOf(panel) + panel.rows.length * SQUARE.height + GAP;
    return text;
  });
  const height = top + 56;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${FONT} role="img">`,
    `<title>${escaped(caption)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="34" font-size="16" font-weight="600" fill="#1f2328">AUROC lost, by attack and policy</text>`,
    `<text x="${MARGIN}" y="54" font-size="11" fill="#57606a">${escaped(caption)}</text>`,
    ...drawn,
    legend(MARGIN, top - 16),
    '</svg>\n',
  ].join('\n');
}

function panelsOf(block: Block): Panel[] {
  const hiding = block.rows.filter(({ attack }) => attackOf(attack)?.hides);
  const whole = {
    title: `${block.title}: AUROC lost`,
    block,
    rows: block.rows,
    loss: ({ loss }: Figures) => loss,
  };
  if (hiding.length === 0) return [whole];
  const title = `${block.title}: lost on the hidden family`;
  return [whole, { title, block, rows: hiding, loss: ({ familyLoss }: Figures) => familyLoss }];
}

function drawPanel({ title, block, rows, loss }: Panel, top: number): string {
  const { policies } = block;
  const grid = top + headroomOf({ block });
  const headings = policies.map((policy, at) => {
    const x = LEFT + (at + 0.5) * SQUARE.width;
    return `<text transform="translate(${x} ${grid - 8}) rotate(-38)" font-size="11" fill="#1f2328">${escaped(policy)}</text>`;
  });
  const lines = rows.map((row, at) => {
    const y = grid + at * SQUARE.height;
    const label = `<text x="${LEFT - 8}" y="${y + 16}" font-size="11" text-anchor="end" fill="#1f2328">${escaped(row.title)}</text>`;
    const squares = policies.map((policy, column) => {
      const figures = row.figures.get(policy);
      return drawSquare(LEFT + column * SQUARE.width, y, figures && loss(figures));
    });
    return [label, ...squares].join('\n');
  });
  return [
    `<text x="${MARGIN}" y="${top + 28}" font-size="13" font-weight="600" fill="#1f2328">${escaped(title)}</text>`,
    ...headings,
    ...lines,
  ].join('\n');
}

/** For the title and the leaning names of the policies. */
function headroomOf({ block }: Pick<Panel, 'block'>): number {
  return 56 + LEAN * LETTER * Math.max(...block.policies.map(({ length }) => length));
}

function drawSquare(x: number, y: number, loss: number | undefined): string {
  const { width, height } = SQUARE;
  const known = loss !== undefined && Number.isFinite(loss);
  const box = `<rect x="${x + 1}" y="${y + 1}" width="${width - 2}" height="${height - 2}" rx="2" stroke="#d0d7de" stroke-width="0.5" fill="${known ? colourOf(loss) : '#f0f0f0'}"/>`;
  const ink = known && Math.abs(loss) > FULL_LOSS * 0.6 ? '#ffffff' : '#1f2328';
  const said = known ? figureOf(loss) : '–';
  return `${box}<text x="${x + width / 2}" y="${y + 16}" font-size="11" text-anchor="middle" fill="${ink}">${said}</text>`;
}

function figureOf(loss: number): string {
  const rounded = Math.abs(loss) < 0.00005 ? '0' : Math.abs(loss).toFixed(4).replace(/^0/, '');
  return `${rounded !== '0' && loss < 0 ? '−' : ''}${rounded}`;
}

function colourOf(loss: number): string {
  const strength = Math.min(1, Math.abs(loss) / FULL_LOSS);
  const mixed = (loss < 0 ? GAINED : LOST).map((part) => Math.round(255 + (part - 255) * strength));
  return `rgb(${mixed.join(',')})`;
}

function legend(x: number, y: number): string {
  const steps = [-0.1, -0.05, -0.02, 0, 0.02, 0.05, 0.1];
  const squares = steps.map((loss, at) => drawSquare(x + at * SQUARE.width, y, loss));
  return [
    ...squares,
    `<text x="${x}" y="${y + SQUARE.height + 16}" font-size="11" fill="#57606a">lost against no policy without an attack, same seed; below 0: better than that; beyond .1 the colour stays</text>`,
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
