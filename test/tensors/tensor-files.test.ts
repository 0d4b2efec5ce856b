import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ColumnReader, readTensors } from '../../shared/tensors/column-reader.ts';
import { encode, tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import { writeTensorFile, writeTensors } from '../../shared/tensors/tensor-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-tensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const layout = [
  { name: 'w', shape: [3, 2] },
  { name: 'b', shape: [2] },
];
const set = tensorsOfFlat(layout, Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7));

describe('tensor files', () => {
  it('have the bytes of the encoder, written whole or piece by piece', () => {
    const whole = join(folder, 'whole');
    const pieces = join(folder, 'pieces');
    writeTensors(whole, set);
    writeTensorFile(pieces, layout, (sink) => {
      for (let value = 0; value < 8; value++) sink.append(Float32Array.of(value));
    });
    expect(readFileSync(whole).equals(encode(set))).toBe(true);
    expect(readFileSync(pieces).equals(encode(set))).toBe(true);
    expect(readTensors({ path: whole })).toEqual(set);
  });

  it('leave nothing behind when the writing fails or stops short', () => {
    const path = join(folder, 'short');
    expect(() => writeTensorFile(path, layout, (sink) => sink.append(new Float32Array(7)))).toThrow(
      /1 elements are missing/,
    );
    expect(existsSync(path)).toBe(false);
  });

  it('are read by columns over tensor boundaries, from disk and from memory', () => {
    const path = join(folder, 'columns');
    writeTensors(path, set);
    for (const source of [{ path }, { bytes: encode(set) }]) {
      const reader = ColumnReader.open(source);
      const into = new Float32Array(4);
      reader.read(3, into);
      expect([...into]).toEqual([3, 4, 5, 6]);
      reader.close();
    }
  });

  it('are refused when they end early', () => {
    const path = join(folder, 'cut');
    writeTensors(path, set);
    const reader = ColumnReader.open({ path });
    truncateSync(path, 100);
    expect(() => reader.read(0, new Float32Array(8))).toThrow(/ends before byte/);
    reader.close();
    expect(() => ColumnReader.open({ path })).toThrow(/not a valid safetensors file/);
  });
});
