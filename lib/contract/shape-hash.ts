import { createHash } from 'node:crypto';

/**
 * Hash of a shape, given as paths and what stands at each: the first 16 hexadecimal digits of the SHA-256 of its
 * sorted lines. The order of fields, in a contract or in records, makes no difference.
 */
export function shapeHash(shape: readonly (readonly string[])[]): string {
  const lines = shape.map((line) => JSON.stringify(line)).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}
