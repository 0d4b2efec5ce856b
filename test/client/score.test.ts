import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgressLine } from '../../client/cli/progress-line.ts';
import { type ScoredBatch, type ScoreJob, scoreFile } from '../../client/flow/score.ts';
import { tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import {
  type DataFolder,
  dataFolder,
  SMALL_HEADER,
  smallFederation,
  smallRows,
} from '../support/data-folder.ts';
import { familyOf } from '../support/plain-family.ts';
import { refusalOfAsync } from '../support/refusal-of.ts';

const federation = smallFederation();
const plain = familyOf(federation).scorer(tensorsOfFlat([{ name: 'seed', shape: [1] }], Float32Array.of(1)));
/** Scores are the first feature; the reason names it, so that a mixed-up row would show. */
const scorer = {
  ...plain,
  explain: async ({ rows, width, data }: Parameters<typeof plain.explain>[0]) =>
    Array.from({ length: rows }, (_, at) => [
      { feature: 'bytes', value: data[at * width] ?? 0, expected: 0, share: 1 },
    ]),
};

let folder: DataFolder;
beforeEach(() => {
  folder = dataFolder();
});
afterEach(() => folder.remove());

async function scored(content: string, overrides: Partial<ScoreJob> = {}): Promise<ScoredBatch> {
  const path = folder.write('rows.csv', content);
  const all: { rows: ScoredBatch['rows'][number][]; unreadable: ScoredBatch['unreadable'][number][] } = {
    rows: [],
    unreadable: [],
  };
  for await (const { rows, unreadable } of scoreFile({
    path,
    federation,
    scorer,
    threshold: 2.5,
    top: 3,
    ...overrides,
  })) {
    all.rows.push(...rows);
    all.unreadable.push(...unreadable);
  }
  return all;
}

describe('scoring a file', () => {
  it('gives every row its score, and alerts above the threshold their reasons', async () => {
    const { rows } = await scored([SMALL_HEADER, ...smallRows(4)].join('\n'));
    expect(rows.map(({ score, alert }) => [score, alert])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(rows.map(({ why }) => why?.[0]?.value)).toEqual([undefined, undefined, undefined, 3]);
  });

  it('scores what lies outside the ranges that rows to learn from keep to', async () => {
    const { rows, unreadable } = await scored(`${SMALL_HEADER}\n9,-7,web,1\n9,0.5,web,1\n`, {
      federation: {
        ...federation,
        features: federation.features.map((feature) =>
          feature.type === 'numeric' ? { ...feature, min: 0, max: 8 } : feature,
        ),
      },
    });
    expect(rows.map(({ score }) => score)).toEqual([9, 9]);
    expect(unreadable).toEqual([]);
  });

  it('reads past columns that are no feature', async () => {
    const { rows } = await scored(`org,${SMALL_HEADER},label\nx,5,0.5,web,1,attack\n`);
    expect(rows).toMatchObject([{ row: 1, line: 2, score: 5, alert: true }]);
  });

  it('numbers rows as they stand in the file, unreadable ones included', async () => {
    const { rows, unreadable } = await scored(
      [SMALL_HEADER, 'bad,0,web,0', '7,0,web,0', 'bad,0,web,0', '8,0,web,0'].join('\n'),
    );
    expect(rows.map(({ row, line, score }) => [row, line, score])).toEqual([
      [2, 3, 7],
      [4, 5, 8],
    ]);
    expect(unreadable.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('keeps rows, reasons and numbers together over many batches', async () => {
    const { rows } = await scored([SMALL_HEADER, ...smallRows(9000)].join('\n'), { threshold: 4000 });
    expect(rows).toHaveLength(9000);
    const wrong = rows.filter(
      ({ row, score, alert, why }) =>
        score !== row - 1 || alert !== score > 4000 || (alert && why?.[0]?.value !== score),
    );
    expect(wrong).toEqual([]);
  });

  it('refuses a file that lacks a feature', async () => {
    expect((await refusalOfAsync(() => scored('bytes,rate\n1,0.5\n'))).code).toBe('data_columns');
  });
});

describe('scoring what streams in', () => {
  const job = { path: 'standard input', federation, scorer, threshold: 2.5, top: 3 };

  it('gives each row its score as soon as it has arrived', async () => {
    let goOn = () => {};
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* arriving(): AsyncGenerator<Buffer> {
      yield Buffer.from(`${SMALL_HEADER}\n1,0,web,0\n`);
      await waiting;
      yield Buffer.from('7,0,web,0\n');
    }
    const batches = scoreFile({ ...job, stream: { kind: 'csv', bytes: arriving() } });
    // The next chunk comes only after the first row has its score: whoever waited for more would wait for ever.
    expect((await batches.next()).value).toMatchObject({ rows: [{ row: 1, score: 1, alert: false }] });
    goOn();
    expect((await batches.next()).value).toMatchObject({
      rows: [{ row: 2, line: 3, score: 7, alert: true }],
    });
    expect((await batches.next()).done).toBe(true);
  });

  it('reads it in the format named, and calls it by its name', async () => {
    async function* lines(text: string): AsyncGenerator<Buffer> {
      yield Buffer.from(text);
    }
    const ndjson = {
      kind: 'ndjson',
      bytes: lines('{"bytes":4,"rate":0,"service":"web","night":0}\n'),
    } as const;
    const { value } = await scoreFile({ ...job, stream: ndjson }).next();
    expect(value).toMatchObject({ rows: [{ row: 1, score: 4, alert: true }] });
    const lacking = { kind: 'csv', bytes: lines('bytes\n1\n') } as const;
    const refusal = await refusalOfAsync(() => scoreFile({ ...job, stream: lacking }).next());
    expect(refusal).toMatchObject({
      code: 'data_columns',
      message: expect.stringContaining('standard input'),
    });
  });
});

describe('a progress line', () => {
  function shown(isTTY: boolean): { line: ProgressLine; written: string[]; pass: (ms: number) => void } {
    const written: string[] = [];
    let nowMs = 0;
    const stream = { isTTY, write: (text: string) => written.push(text) > 0 } as Pick<
      NodeJS.WriteStream,
      'write' | 'isTTY'
    >;
    return {
      line: new ProgressLine(stream, () => nowMs),
      written,
      pass: (ms) => {
        nowMs += ms;
      },
    };
  }

  it('rewrites one line on a terminal and clears it at the end', () => {
    const { line, written, pass } = shown(true);
    line.update('1 %');
    pass(50);
    line.update('2 %');
    pass(60);
    line.update('3 %');
    line.done();
    expect(written).toEqual(['\r\u001b[2K1 %', '\r\u001b[2K3 %', '\r\u001b[2K']);
  });

  it('writes a line only now and then elsewhere', () => {
    const { line, written, pass } = shown(false);
    line.update('1 %');
    pass(10_000);
    line.update('2 %');
    line.done();
    expect(written).toEqual(['2 %\n']);
  });
});
