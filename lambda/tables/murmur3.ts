const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

const rotl = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** Murmur3, 32-bit x86 variant, seed 0: the hash of bucket partitions (Iceberg specification, appendix B). */
export function murmur3(bytes: Uint8Array): number {
  const blocks = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < blocks; i += 4) {
    const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    hash ^= Math.imul(rotl(Math.imul(word, C1), 15), C2);
    hash = (Math.imul(rotl(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocks; i--) tail = (tail << 8) | bytes[i];
  if (blocks < bytes.length) hash ^= Math.imul(rotl(Math.imul(tail, C1), 15), C2);

  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
