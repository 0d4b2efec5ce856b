/** base58btc: the alphabet without 0, O, I and l. Quadratic in length, so both directions are bounded. */

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Digits in the base `to` of the number whose digits in the base `from` are given; both most significant first. */
function convert(digits: Iterable<number>, from: number, to: number): number[] {
  const result: number[] = [];
  for (const digit of digits) {
    let carry = digit;
    for (let i = 0; i < result.length; i++) {
      carry += (result[i] ?? 0) * from;
      result[i] = carry % to;
      carry = Math.floor(carry / to);
    }
    while (carry > 0) {
      result.push(carry % to);
      carry = Math.floor(carry / to);
    }
  }
  return result.reverse();
}

function leadingCount<T>(items: ArrayLike<T>, zero: T): number {
  let count = 0;
  while (count < items.length && items[count] === zero) count++;
  return count;
}

export function encodeBase58(bytes: Uint8Array): string {
  const zeros = leadingCount(bytes, 0);
  const digits = convert(bytes.subarray(zeros), 256, 58);
  return '1'.repeat(zeros) + digits.map((digit) => ALPHABET[digit]).join('');
}

/** The bytes, or undefined when a character is not of the alphabet. */
export function decodeBase58(text: string): Uint8Array | undefined {
  const zeros = leadingCount(text, '1');
  const digits: number[] = [];
  for (const character of text.slice(zeros)) {
    const value = VALUES.get(character);
    if (value === undefined) return undefined;
    digits.push(value);
  }
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...convert(digits, 58, 256)]);
}
