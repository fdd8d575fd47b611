import { createCipheriv } from 'node:crypto';

export const BLOCK_BYTES = 16;

/** AES on single blocks, with a key of 16, 24 or 32 bytes. */
export function blockCipher(key: Uint8Array): (block: Uint8Array) => Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return (block) => cipher.update(block);
}

export function xorInto(target: Uint8Array, other: Uint8Array, at = 0): void {
  for (let i = 0; i < other.length; i++) target[at + i] ^= other[i];
}
