/**
 * Orders two positions of one lane as the integers they are. Kinesis sequence numbers have 56 digits: a float would
 * merge neighbours, and text would put 10 before 9. Texts of equal length order like their integers.
 */
export function comparePositions(a: string, b: string): number {
  if (a.length !== b.length || a.startsWith('0')) {
    const [left, right] = [BigInt(a), BigInt(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
