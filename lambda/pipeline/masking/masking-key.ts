import { createHmac, hkdfSync } from 'node:crypto';
import { AesSiv } from './aes-siv';
import { Ff1 } from './ff1';

const SHORTEST_SECRET = 32;

/** A secret that is no key: too short to be one. */
export class UnusableMaskingKey extends Error {
  constructor(reason: string) {
    super(`The masking key cannot be used: ${reason}`);
    this.name = 'UnusableMaskingKey';
  }
}

/**
 * What masks are made with, derived from one secret text (HKDF-SHA256, RFC 5869), so that a hash tells nothing of a
 * token's key.
 */
export class MaskingKey {
  /** Tells keys apart and tells nothing else of them. */
  readonly id: string;
  readonly tokens: AesSiv;
  private readonly hashing: Buffer;
  private readonly permuting: Buffer;
  private readonly permutations = new Map<number, Ff1>();

  /** @throws UnusableMaskingKey for a secret of fewer than 32 characters */
  constructor(secret: string) {
    if (secret.length < SHORTEST_SECRET)
      throw new UnusableMaskingKey(
        `it has ${secret.length} characters. Give ${SHORTEST_SECRET} random ones or more.`,
      );
    this.id = derived(secret, 'id', 8).toString('hex');
    this.hashing = derived(secret, 'hash', 32);
    this.tokens = new AesSiv(derived(secret, 'token', 64), Buffer.from('lakehouse token 1'));
    this.permuting = derived(secret, 'permutation', 32);
  }

  /** HMAC-SHA256, 32 bytes. */
  hash(value: string | Uint8Array): Buffer {
    return createHmac('sha256', this.hashing).update(value).digest();
  }

  /** Permutation of the numbers of so many bits. */
  permutation(bits: number): Ff1 {
    let found = this.permutations.get(bits);
    if (!found) this.permutations.set(bits, (found = new Ff1(this.permuting, 2, bits)));
    return found;
  }
}

function derived(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `lakehouse masking ${purpose}`, bytes));
}
