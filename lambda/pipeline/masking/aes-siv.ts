import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { BLOCK_BYTES, blockCipher, xorInto } from './aes-block';

/** A text that was not made with this key, or was changed since. */
export class NotAuthentic extends Error {
  constructor() {
    super('It was not made with this key, or was changed since.');
    this.name = 'NotAuthentic';
  }
}

/**
 * Deterministic authenticated encryption, AES-SIV (RFC 5297): the same plaintext gives the same ciphertext, which tells
 * nothing but that. Its key is 32, 48 or 64 bytes long; one string of associated data.
 */
export class AesSiv {
  private readonly mac: (message: Uint8Array) => Buffer;
  private readonly header: Buffer;
  private readonly key: Uint8Array;

  constructor(key: Uint8Array, associatedData: Uint8Array) {
    const half = key.length / 2;
    this.mac = cmac(key.subarray(0, half));
    this.key = key.subarray(half);
    this.header = doubled(this.mac(new Uint8Array(BLOCK_BYTES)));
    xorInto(this.header, this.mac(associatedData));
  }

  /** 16 bytes longer than the plaintext. */
  seal(plaintext: Uint8Array): Buffer {
    const tag = this.tagOf(plaintext);
    const cipher = createCipheriv(this.algorithm, this.key, counterOf(tag));
    return Buffer.concat([tag, cipher.update(plaintext)]);
  }

  /** @throws NotAuthentic */
  open(sealed: Uint8Array): Buffer {
    if (sealed.length < BLOCK_BYTES) throw new NotAuthentic();
    const tag = sealed.subarray(0, BLOCK_BYTES);
    const cipher = createDecipheriv(this.algorithm, this.key, counterOf(tag));
    const plaintext = cipher.update(sealed.subarray(BLOCK_BYTES));
    if (!timingSafeEqual(this.tagOf(plaintext), tag)) throw new NotAuthentic();
    return plaintext;
  }

  private get algorithm(): string {
    return `aes-${this.key.length * 8}-ctr`;
  }

  /** S2V of the RFC, section 2.4. */
  private tagOf(plaintext: Uint8Array): Buffer {
    if (plaintext.length >= BLOCK_BYTES) {
      const message = Buffer.from(plaintext);
      xorInto(message, this.header, message.length - BLOCK_BYTES);
      return this.mac(message);
    }
    const block = doubled(this.header);
    xorInto(block, plaintext);
    block[plaintext.length] ^= 0x80;
    return this.mac(block);
  }
}

/** Two bits are cleared, so that counters need no carry beyond 31 bits. */
function counterOf(tag: Uint8Array): Buffer {
  const counter = Buffer.from(tag);
  counter[8] &= 0x7f;
  counter[12] &= 0x7f;
  return counter;
}

/** AES-CMAC (RFC 4493). */
function cmac(key: Uint8Array): (message: Uint8Array) => Buffer {
  const encrypt = blockCipher(key);
  const whole = doubled(encrypt(new Uint8Array(BLOCK_BYTES)));
  const padded = doubled(whole);
  return (message) => {
    const last = Math.max(0, Math.ceil(message.length / BLOCK_BYTES) - 1) * BLOCK_BYTES;
    let state = Buffer.alloc(BLOCK_BYTES);
    for (let at = 0; at < last; at += BLOCK_BYTES) {
      xorInto(state, message.subarray(at, at + BLOCK_BYTES));
      state = Buffer.from(encrypt(state));
    }
    const rest = message.subarray(last);
    xorInto(state, rest);
    if (rest.length === BLOCK_BYTES) xorInto(state, whole);
    else {
      state[rest.length] ^= 0x80;
      xorInto(state, padded);
    }
    return encrypt(state);
  };
}

/** Twice the block in the field of 2^128 elements. */
function doubled(block: Uint8Array): Buffer {
  const result = Buffer.alloc(BLOCK_BYTES);
  for (let i = 0; i < BLOCK_BYTES; i++) result[i] = (block[i] << 1) | ((block[i + 1] ?? 0) >> 7);
  if (block[0] & 0x80) result[BLOCK_BYTES - 1] ^= 0x87;
  return result;
}
