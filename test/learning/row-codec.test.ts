import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Feature } from '../../shared/federation/schema.ts';
import { decodeCell, encodeCell } from '../../shared/learning/row-codec.ts';
import { Refusal } from '../../shared/refusal.ts';

const numeric: Feature = { name: 'bytes', type: 'numeric', min: -5, max: 1e6 };
const open: Feature = { name: 'service', type: 'category', values: ['http', 'dns'], unknown: 'other' };
const closed: Feature = { name: 'proto', type: 'category', values: ['tcp'], unknown: 'refuse' };
const boolean: Feature = { name: 'login', type: 'boolean' };

describe('a cell of a row', () => {
  it('is its own value when numeric, in decimal notation', () => {
    expect(encodeCell(numeric, ' 12.5e1 ')).toBe(125);
    expect(encodeCell(numeric, '-.5')).toBe(-0.5);
  });

  it.each(['NaN', 'Infinity', '', ' ', '0x10', '1e999', '1,5', '12abc', '1e39'])(
    'is refused as a number: %j',
    (text) => {
      expect(() => encodeCell({ name: 'x', type: 'numeric' }, text)).toThrow(Refusal);
    },
  );

  it('names the value and the bound it breaks', () => {
    expect(() => encodeCell(numeric, '-6')).toThrow('bytes: "-6" is below min -5');
    expect(() => encodeCell(numeric, '2000000')).toThrow('above max 1000000');
  });

  it('is the place in the vocabulary when a category, one past the end when unknown', () => {
    expect(open.type === 'category' && open.values.map((value) => encodeCell(open, value))).toEqual([0, 1]);
    expect(encodeCell(open, 'gopher')).toBe(2);
    expect(decodeCell(open, 2)).toBe('other');
    expect(() => encodeCell(closed, 'udp')).toThrow('proto: "udp" is not one of the 1 values declared');
  });

  it('is 0 or 1 when boolean, in any usual spelling', () => {
    expect(['0', '1', 'false', 'TRUE'].map((text) => encodeCell(boolean, text))).toEqual([0, 1, 0, 1]);
    expect(() => encodeCell(boolean, 'yes')).toThrow(Refusal);
    expect(decodeCell(boolean, 1)).toBe(true);
  });

  it('gives a finite number or a refusal for any text, and never shows more than a little of it', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.constantFrom(numeric, open, closed, boolean),
        (text, feature) => {
          try {
            expect(Number.isFinite(encodeCell(feature, text))).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: 'data_cell' });
            expect((error as Refusal).message.length).toBeLessThan(400);
          }
        },
      ),
    );
  });

  it('reads as people wrote it after it went through 32 bits', () => {
    expect(decodeCell(numeric, Math.fround(0.1))).toBe(0.1);
    expect(decodeCell(numeric, Math.fround(65_535))).toBe(65_535);
  });
});
