/**
 * Safetensors, F32 only: 8 bytes little-endian header length, JSON header, raw little-endian values.
 * Source: the format description at https://github.com/huggingface/safetensors. Decoding is stricter than the
 * description where a looser reading would let two readers see two different files.
 */
import { Refusal } from '../refusal.ts';
import { bytesOfFloats, FLOAT_BYTES, floatsOfBytes } from './float-bytes.ts';
import { elementsIn, elementsOf, type Layout, type TensorSet, type TensorSpec } from './tensor.ts';

/** Bytes of the header-length field. */
export const PREFIX_BYTES = 8;

const METADATA = '__metadata__';
const HEADER_ALIGNMENT = 8;
/** Printable ASCII: names appear in messages and logs. */
const TENSOR_NAME = /^[\x21-\x7e]{1,256}$/;
const FORBIDDEN_NAMES = new Set([METADATA, '__proto__', 'constructor', 'prototype']);

/** Bounds on a file from a stranger. */
export interface SafetensorsLimits {
  /** JSON header, in bytes. */
  readonly maxHeaderBytes: number;
  readonly maxTensors: number;
  /** Values over all tensors. */
  readonly maxElements: number;
}

export const SAFETENSORS_LIMITS: SafetensorsLimits = {
  maxHeaderBytes: 1024 * 1024,
  maxTensors: 4096,
  maxElements: 2 ** 31,
};

const MAX_DIMENSIONS = 8;

/** A header whose every claim was checked against the size of the file. */
export interface SafetensorsHeader {
  /** In file order: the data section is the flat vector of this layout. */
  readonly layout: Layout;
  /** Byte at which the data section starts. */
  readonly dataOffset: number;
  readonly elements: number;
}

interface PlacedTensor extends TensorSpec {
  readonly begin: number;
  readonly end: number;
}

/** The largest file that can hold a layout within the limits, in bytes. */
export function fileBytesBound(layout: Layout, limits = SAFETENSORS_LIMITS): number {
  return PREFIX_BYTES + limits.maxHeaderBytes + elementsIn(layout) * FLOAT_BYTES;
}

/** Length field and padded JSON header of a layout. The same layout gives the same bytes. */
export function encodeHeader(layout: Layout): Uint8Array {
  let offset = 0;
  const entries = layout.map((spec) => {
    requireName(spec.name);
    const begin = offset;
    offset += elementsOf(spec) * FLOAT_BYTES;
    return [spec.name, { dtype: 'F32', shape: spec.shape, data_offsets: [begin, offset] }] as const;
  });
  if (new Set(layout.map((spec) => spec.name)).size !== layout.length)
    throw malformed('a tensor name appears twice');
  const members = entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const json = `{${members.join(',')}}`;
  const padded = json.padEnd(Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT, ' ');
  const bytes = new Uint8Array(PREFIX_BYTES + padded.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true);
  new TextEncoder().encodeInto(padded, bytes.subarray(PREFIX_BYTES));
  return bytes;
}

/** A whole file in memory. Refuses `update_shape` when a tensor is missing or has the wrong number of values. */
export function encode(set: TensorSet): Uint8Array {
  const header = encodeHeader(set.layout);
  const bytes = new Uint8Array(header.length + elementsIn(set.layout) * FLOAT_BYTES);
  bytes.set(header);
  let offset = header.length;
  for (const values of valuesInOrder(set)) {
    bytes.set(bytesOfFloats(values), offset);
    offset += values.byteLength;
  }
  return bytes;
}

/** The values of each tensor in layout order. Refuses `update_shape` when one is missing or has another length. */
export function valuesInOrder(set: TensorSet): Float32Array[] {
  return set.layout.map((spec) => {
    const values = set.tensors.get(spec.name);
    const expected = elementsOf(spec);
    if (values?.length === expected) return values;
    const seen = values === undefined ? 'no values' : `${values.length} values`;
    throw new Refusal('update_shape', `tensor ${spec.name} has ${seen}, its shape asks for ${expected}`);
  });
}

/** Reads a whole file. Refuses `update_malformed`, `update_shape` and `update_dtype`; throws nothing else. */
export function decode(bytes: Uint8Array, limits = SAFETENSORS_LIMITS): TensorSet {
  const header = readHeader(bytes, bytes.length, limits);
  return tensorsOfFlat(header.layout, floatsOfBytes(bytes.subarray(header.dataOffset)));
}

/** Cuts a flat vector into its tensors; views of `flat`, not copies. */
export function tensorsOfFlat(layout: Layout, flat: Float32Array): TensorSet {
  const tensors = new Map<string, Float32Array>();
  let from = 0;
  for (const spec of layout) {
    const to = from + elementsOf(spec);
    tensors.set(spec.name, flat.subarray(from, to));
    from = to;
  }
  return { layout, tensors };
}

/** Bytes before the data section, from the first 8 of the file. Refuses `update_malformed`. */
export function headerEnd(start: Uint8Array, fileBytes: number, limits = SAFETENSORS_LIMITS): number {
  if (start.length < PREFIX_BYTES || fileBytes < PREFIX_BYTES) {
    throw malformed(`the file has ${fileBytes} bytes, less than the ${PREFIX_BYTES} of its header length`);
  }
  const announced = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (announced > BigInt(limits.maxHeaderBytes)) {
    throw malformed(`the header announces ${announced} bytes, more than ${limits.maxHeaderBytes}`);
  }
  const end = PREFIX_BYTES + Number(announced);
  if (end > fileBytes) throw malformed(`the header ends at byte ${end}, the file at ${fileBytes}`);
  return end;
}

/**
 * Checks the header of a file of `fileBytes` bytes. `start` holds at least the bytes up to `headerEnd`.
 * Refuses `update_malformed`, `update_shape` and `update_dtype`.
 */
export function readHeader(
  start: Uint8Array,
  fileBytes: number,
  limits = SAFETENSORS_LIMITS,
): SafetensorsHeader {
  const dataOffset = headerEnd(start, fileBytes, limits);
  const text = utf8(start.subarray(PREFIX_BYTES, dataOffset));
  const members = Object.entries(parseObject(text));
  const named = members.filter(([name]) => name !== METADATA);
  if (named.length > limits.maxTensors)
    throw malformed(`${named.length} tensors, more than ${limits.maxTensors}`);
  const metadataKeys = members.length === named.length ? 0 : countMetadata(members);
  const placed = named.map(([name, entry]) => placedTensor(name, entry, limits));
  requireNoRepeatedKeys(text, members.length + metadataKeys + placed.length * 3);
  placed.sort((a, b) => a.begin - b.begin);
  requireContiguous(placed, fileBytes - dataOffset);
  const layout = placed.map(({ name, shape }) => ({ name, shape }));
  return { layout, dataOffset, elements: (fileBytes - dataOffset) / FLOAT_BYTES };
}

/** Refuses `update_shape`, saying the first difference, unless the tensors are exactly those of `expected`, in order. */
export function requireLayout(header: { readonly layout: Layout }, expected: Layout): void {
  const { layout } = header;
  if (layout.length !== expected.length) {
    throw new Refusal('update_shape', `${layout.length} tensors, the plan asks for ${expected.length}`);
  }
  expected.forEach((spec, index) => {
    const seen = layout[index];
    if (seen !== undefined && seen.name === spec.name && sameShape(seen.shape, spec.shape)) return;
    throw new Refusal(
      'update_shape',
      `tensor ${index} is ${describe(seen)}, the plan asks for ${describe(spec)}`,
      { index },
    );
  });
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, index) => side === b[index]);
}

function describe(spec: TensorSpec | undefined): string {
  return spec === undefined ? 'absent' : `${spec.name} [${spec.shape.join(', ')}]`;
}

function malformed(message: string): Refusal {
  return new Refusal('update_malformed', `not a valid safetensors file: ${message}`);
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('the header is not UTF-8');
  }
}

function parseObject(text: string): object {
  if (!text.startsWith('{')) throw malformed('the header does not start with {');
  try {
    return JSON.parse(text) as object;
  } catch {
    throw malformed('the header is not JSON');
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countMetadata(members: readonly [string, unknown][]): number {
  const metadata = members.find(([name]) => name === METADATA)?.[1];
  if (!isPlainObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw malformed('__metadata__ is not a map of strings');
  }
  return Object.keys(metadata).length;
}

function requireName(name: string): void {
  if (!TENSOR_NAME.test(name) || FORBIDDEN_NAMES.has(name)) {
    throw malformed(`the tensor name ${JSON.stringify(name.slice(0, 64))} is not allowed`);
  }
}

function placedTensor(name: string, entry: unknown, limits: SafetensorsLimits): PlacedTensor {
  requireName(name);
  if (!isPlainObject(entry) || Object.keys(entry).sort().join() !== 'data_offsets,dtype,shape') {
    throw malformed(`tensor ${name} does not have exactly dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32') {
    throw new Refusal(
      'update_dtype',
      `tensor ${name} is ${JSON.stringify(dtype).slice(0, 32)}, F32 is asked for`,
    );
  }
  const sides = shapeOf(name, shape, limits);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw malformed(`the data_offsets of tensor ${name} are not two byte positions`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = elementsOf({ name, shape: sides }) * FLOAT_BYTES;
  if (end - begin !== bytes) {
    throw new Refusal(
      'update_shape',
      `tensor ${name} spans ${end - begin} bytes, its shape asks for ${bytes}`,
    );
  }
  return { name, shape: sides, begin, end };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Sides are at least 1 and their product, taken step by step, stays within the limit: it can never lose precision. */
function shapeOf(name: string, shape: unknown, limits: SafetensorsLimits): number[] {
  if (!Array.isArray(shape) || shape.length > MAX_DIMENSIONS || !shape.every(isCount)) {
    throw new Refusal(
      'update_shape',
      `the shape of tensor ${name} is not a list of at most ${MAX_DIMENSIONS} sides`,
    );
  }
  let elements = 1;
  for (const side of shape as number[]) {
    elements *= side;
    if (elements < 1 || elements > limits.maxElements) {
      const message = `tensor ${name} has ${elements} values, allowed are 1 to ${limits.maxElements}`;
      throw new Refusal('update_shape', message);
    }
  }
  return shape as number[];
}

/**
 * JSON.parse silently keeps the last of several equal keys, other readers the first. In JSON text every member has
 * exactly one colon outside strings, so counting colons finds repeated keys at any depth.
 */
function requireNoRepeatedKeys(text: string, keys: number): void {
  const outsideStrings = text.replaceAll(/"(?:[^"\\]+|\\.)*"/g, '');
  const members = outsideStrings.split(':').length - 1;
  if (members !== keys) throw malformed('a name appears twice in the header');
}

function requireContiguous(placed: readonly PlacedTensor[], dataBytes: number): void {
  let offset = 0;
  for (const { name, begin, end } of placed) {
    if (begin !== offset) {
      const flaw = begin < offset ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw malformed(`tensor ${name} ${flaw}: it starts at ${begin}, expected ${offset}`);
    }
    offset = end;
  }
  if (offset !== dataBytes)
    throw malformed(`the tensors end at data byte ${offset}, the file at ${dataBytes}`);
}
