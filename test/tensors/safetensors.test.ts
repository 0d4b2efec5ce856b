import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal, type RefusalCode } from '../../shared/refusal.ts';
import {
  decode,
  encode,
  encodeHeader,
  requireLayout,
  SAFETENSORS_LIMITS,
} from '../../shared/tensors/safetensors.ts';
import { elementsOf, type TensorSet } from '../../shared/tensors/tensor.ts';

const spec = fc.record({
  name: fc
    .stringMatching(/^[!-~]{1,20}$/)
    .filter((name) => !/^(__proto__|__metadata__|constructor|prototype)$/.test(name)),
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

const tensorSet = fc.uniqueArray(spec, { selector: (one) => one.name, maxLength: 5 }).chain((layout) =>
  fc
    .tuple(
      ...layout.map((one) => fc.float32Array({ minLength: elementsOf(one), maxLength: elementsOf(one) })),
    )
    .map((values): TensorSet => {
      return {
        layout,
        tensors: new Map(layout.map((one, index) => [one.name, values[index] ?? new Float32Array()])),
      };
    }),
);

const example: TensorSet = {
  layout: [
    { name: 'b', shape: [2, 2] },
    { name: 'a', shape: [] },
  ],
  tensors: new Map([
    ['b', Float32Array.of(1, 2, 3, 4)],
    ['a', Float32Array.of(-5)],
  ]),
};

/** A file with any header text over `dataBytes` zero bytes. */
function fileOf(header: string | object, dataBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

function refusalOf(bytes: Uint8Array, limits = SAFETENSORS_LIMITS): Refusal | undefined {
  try {
    decode(bytes, limits);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const tensor = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('safetensors encoding', () => {
  it('is the documented byte layout, header padded with spaces to eight bytes', () => {
    const bytes = encode({
      layout: [{ name: 'w', shape: [1] }],
      tensors: new Map([['w', Float32Array.of(1)]]),
    });
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString();
    expect(headerBytes % 8).toBe(0);
    expect(header.trimEnd()).toBe('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
    expect([...bytes.subarray(8 + headerBytes)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('gives back every set bit for bit, in order', () => {
    fc.assert(
      fc.property(tensorSet, (set) => {
        const bytes = encode(set);
        const back = decode(bytes);
        expect(back.layout).toEqual(set.layout);
        expect(Buffer.from(encode(back)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('holds a set without tensors', () => {
    expect(decode(encode({ layout: [], tensors: new Map() })).layout).toEqual([]);
  });

  it('refuses values that do not fill their shape', () => {
    expect(() => encode({ ...example, tensors: new Map([['b', new Float32Array(3)]]) })).toThrow(
      /3 values.*asks for 4/,
    );
    expect(() => encode({ ...example, tensors: new Map() })).toThrow(/no values/);
  });
});

describe('safetensors decoding of a stranger’s bytes', () => {
  it('reads the files of other writers: metadata, other key order, unaligned header', () => {
    const header =
      '{"__metadata__":{"format":"pt: \\"x\\""}, "z":{"shape":[1],"data_offsets":[4,8],"dtype":"F32"},"y":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}';
    expect(decode(fileOf(header, 8)).layout.map((one) => one.name)).toEqual(['y', 'z']);
  });

  const refused: [string, Uint8Array, RefusalCode][] = [
    ['no bytes', new Uint8Array(), 'update_malformed'],
    ['seven bytes', new Uint8Array(7), 'update_malformed'],
    ['a header longer than the file', fileOf('{}', 0).subarray(0, 9), 'update_malformed'],
    ['a header length of 2⁶⁴ − 1', new Uint8Array(16).fill(255), 'update_malformed'],
    ['a header that is an array', fileOf('[]', 0), 'update_malformed'],
    ['a header that is not JSON', fileOf('{', 0), 'update_malformed'],
    [
      'a header that is not UTF-8',
      fileOf('{"__metadata__":{"x":"?"}}', 0).map((byte) => (byte === 0x3f ? 0xff : byte)),
      'update_malformed',
    ],
    ['bytes after the last tensor', fileOf({ a: tensor(0, 4) }, 5), 'update_malformed'],
    ['fewer bytes than announced', fileOf({ a: tensor(0, 8) }, 4), 'update_malformed'],
    ['a hole', fileOf({ a: tensor(0, 4), b: tensor(8, 12) }, 12), 'update_malformed'],
    ['a hole at the start', fileOf({ a: tensor(4, 8) }, 8), 'update_malformed'],
    ['an overlap', fileOf({ a: tensor(0, 8), b: tensor(4, 12) }, 12), 'update_malformed'],
    [
      'a name twice',
      fileOf(`{"a":${JSON.stringify(tensor(0, 4))},"a":${JSON.stringify(tensor(0, 4))}}`, 4),
      'update_malformed',
    ],
    [
      'a dtype twice',
      fileOf('{"a":{"dtype":"I64","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      'update_malformed',
    ],
    ['the name __proto__', fileOf(`{"__proto__":${JSON.stringify(tensor(0, 4))}}`, 4), 'update_malformed'],
    ['the name constructor', fileOf({ constructor: tensor(0, 4) }, 4), 'update_malformed'],
    ['a control character in a name', fileOf({ 'a\n': tensor(0, 4) }, 4), 'update_malformed'],
    ['a further key', fileOf({ a: { ...tensor(0, 4), x: 1 } }, 4), 'update_malformed'],
    [
      'offsets that are not whole',
      fileOf({ a: { ...tensor(0, 4), data_offsets: [0.5, 4.5] } }, 4),
      'update_malformed',
    ],
    ['metadata that is not a map of strings', fileOf({ __metadata__: { x: 1 } }, 0), 'update_malformed'],
    ['another dtype', fileOf({ a: { ...tensor(0, 4), dtype: 'F16' } }, 4), 'update_dtype'],
    ['a shape whose product overflows', fileOf({ a: tensor(0, 4, [2 ** 32, 2 ** 32]) }, 4), 'update_shape'],
    ['a side of zero', fileOf({ a: tensor(0, 0, [2 ** 40, 0]) }, 0), 'update_shape'],
    ['a negative side', fileOf({ a: tensor(0, 4, [-1, -1]) }, 4), 'update_shape'],
    ['a shape that does not span its bytes', fileOf({ a: tensor(0, 8, [1]) }, 8), 'update_shape'],
    ['deep nesting', fileOf(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 0), 'update_malformed'],
  ];
  it.each(refused)('refuses %s', (_what, bytes, code) => {
    expect(refusalOf(bytes)?.code).toBe(code);
  });

  it('reads a header full of escapes up to the bound, and refuses a longer one before parsing it', () => {
    const header = `{"__metadata__":{"x":"${'\\"'.repeat(500_000)}"}}`;
    expect(refusalOf(fileOf(header, 0))).toBeUndefined();
    expect(refusalOf(fileOf(header, 0), { ...SAFETENSORS_LIMITS, maxHeaderBytes: 1000 })?.message).toMatch(
      /more than 1000/,
    );
  });

  it('refuses more tensors than the bound', () => {
    const limits = { ...SAFETENSORS_LIMITS, maxTensors: 1 };
    expect(refusalOf(encode(example), limits)?.message).toMatch(/2 tensors, more than 1/);
  });

  it('throws nothing but refusals on arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void refusalOf(bytes)));
    fc.assert(
      fc.property(fc.json(), fc.nat(16), (json, dataBytes) => void refusalOf(fileOf(json, dataBytes))),
    );
  });

  it('throws nothing but refusals on valid files with bytes changed, cut or added', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(
        tensorSet,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (set, changes, cut) => {
          const bytes = encode(set);
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
          refusalOf(bytes);
          refusalOf(bytes.subarray(0, cut % bytes.length));
          expect(refusalOf(Buffer.concat([encode(set), Buffer.of(0)]))?.code).toBe('update_malformed');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the layout of a plan', () => {
  it('accepts the same tensors and says the first difference otherwise', () => {
    const { layout } = example;
    expect(() => requireLayout({ layout }, layout)).not.toThrow();
    expect(() => requireLayout({ layout: layout.slice(1) }, layout)).toThrow(
      /1 tensors, the plan asks for 2/,
    );
    expect(() => requireLayout({ layout: layout.toReversed() }, layout)).toThrow(
      /tensor 0 is a \[\].*b \[2, 2\]/,
    );
    expect(() =>
      requireLayout(
        {
          layout: [
            { name: 'b', shape: [4] },
            { name: 'a', shape: [] },
          ],
        },
        layout,
      ),
    ).toThrow(/tensor 0 is b \[4\]/);
  });

  it('cannot be encoded with a name twice', () => {
    const twice = [
      { name: 'a', shape: [] },
      { name: 'a', shape: [] },
    ];
    expect(() => encodeHeader(twice)).toThrow(/twice/);
  });
});
