/** Float32 values as the little-endian bytes of the file format, without arithmetic. */

const LITTLE_ENDIAN_HOST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
if (!LITTLE_ENDIAN_HOST)
  throw new Error('Vedette stores tensors little-endian and runs on little-endian hosts only');

export const FLOAT_BYTES = 4;

/** The bytes of `values`; a view, not a copy. */
export function bytesOfFloats(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Values of `bytes`, whose length is a multiple of 4; copied, because the bytes may stand at any offset. */
export function floatsOfBytes(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.byteLength / FLOAT_BYTES);
  bytesOfFloats(values).set(bytes);
  return values;
}
