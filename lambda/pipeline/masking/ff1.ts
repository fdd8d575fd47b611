import { BLOCK_BYTES, blockCipher, xorInto } from './aes-block';

const ROUNDS = 10;

/**
 * Format-preserving encryption, FF1 (NIST SP 800-38G): a permutation of the numbers of so many digits. Each number has
 * another in its place, and no two the same.
 */
export class Ff1 {
  private readonly encrypt: (block: Uint8Array) => Buffer;
  private readonly radix: bigint;
  /** Numbers that a half can be. */
  private readonly sizes: readonly [left: bigint, right: bigint];
  /** Bytes of a half, and of what is added to it. */
  private readonly halfBytes: number;
  private readonly addedBytes: number;
  /** State of the CBC-MAC after the blocks that are the same for every number. */
  private readonly start: Buffer;
  private readonly lastBlocks: Buffer;

  /** @param digits their number; radix ^ digits must be a million or more */
  constructor(key: Uint8Array, radix: number, digits: number, tweak: Uint8Array = new Uint8Array()) {
    this.encrypt = blockCipher(key);
    this.radix = BigInt(radix);
    const left = Math.floor(digits / 2);
    const right = digits - left;
    this.sizes = [this.radix ** BigInt(left), this.radix ** BigInt(right)];
    this.halfBytes = Math.ceil(Math.ceil(right * Math.log2(radix)) / 8);
    this.addedBytes = 4 * Math.ceil(this.halfBytes / 4) + 4;
    const header = Buffer.alloc(BLOCK_BYTES);
    header.set([1, 2, 1]);
    header.writeUIntBE(radix, 3, 3);
    header.set([ROUNDS, left & 0xff], 6);
    header.writeUInt32BE(digits, 8);
    header.writeUInt32BE(tweak.length, 12);
    const padding = (((-tweak.length - this.halfBytes - 1) % BLOCK_BYTES) + BLOCK_BYTES) % BLOCK_BYTES;
    const message = Buffer.concat([tweak, Buffer.alloc(padding + 1 + this.halfBytes)]);
    // The round and the half end the message; the blocks before them are the same for every number.
    const varying = Math.floor((message.length - this.halfBytes - 1) / BLOCK_BYTES) * BLOCK_BYTES;
    this.start = this.chained(this.chained(Buffer.alloc(BLOCK_BYTES), header), message.subarray(0, varying));
    this.lastBlocks = message.subarray(varying);
  }

  seal(number: bigint): bigint {
    const [, rightSize] = this.sizes;
    let [a, b] = [number / rightSize, number % rightSize];
    for (let round = 0; round < ROUNDS; round++) {
      [a, b] = [b, (a + this.added(round, b)) % this.sizes[round % 2]];
    }
    return a * rightSize + b;
  }

  open(sealed: bigint): bigint {
    const [, rightSize] = this.sizes;
    let [a, b] = [sealed / rightSize, sealed % rightSize];
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const size = this.sizes[round % 2];
      [a, b] = [(((b - this.added(round, a)) % size) + size) % size, a];
    }
    return a * rightSize + b;
  }

  private added(round: number, half: bigint): bigint {
    const message = Buffer.from(this.lastBlocks);
    const halfAt = message.length - this.halfBytes;
    message[halfAt - 1] = round;
    message.write(half.toString(16).padStart(this.halfBytes * 2, '0'), halfAt, 'hex');
    const first = this.chained(this.start, message);
    const blocks = [first];
    for (let i = 1; blocks.length * BLOCK_BYTES < this.addedBytes; i++) {
      const block = Buffer.from(first);
      const count = Buffer.alloc(4);
      count.writeUInt32BE(i);
      xorInto(block, count, BLOCK_BYTES - 4);
      blocks.push(Buffer.from(this.encrypt(block)));
    }
    return BigInt(`0x${Buffer.concat(blocks).toString('hex', 0, this.addedBytes)}`);
  }

  /** CBC-MAC over whole blocks, from a state on. */
  private chained(state: Buffer, message: Uint8Array): Buffer {
    let chained = Buffer.from(state);
    for (let at = 0; at < message.length; at += BLOCK_BYTES) {
      xorInto(chained, message.subarray(at, at + BLOCK_BYTES));
      chained = Buffer.from(this.encrypt(chained));
    }
    return chained;
  }
}
