import { uuidText } from '../../tables/single-value';
import { NotAuthentic } from './aes-siv';
import type { MaskingKey } from './masking-key';

/** Start of the token of a text: tokens are told from values, and never tokenized twice by mistake unseen. */
export const TOKEN_PREFIX = 'tok_';

type Tokens = (value: unknown) => unknown;

/** Value of a column → token of the same type. */
export function tokenize(type: string, key: MaskingKey): Tokens {
  switch (type) {
    case 'string':
      return (value) =>
        TOKEN_PREFIX + key.tokens.seal(Buffer.from(value as string, 'utf8')).toString('base64url');
    case 'binary':
      return (value) => Uint8Array.from(key.tokens.seal(value as Uint8Array));
    default:
      return permuted(type, key, 'seal');
  }
}

/**
 * Token → value.
 * @throws NotAuthentic for a text or bytes that are no token of this key; of integers and UUIDs nobody can tell
 */
export function detokenize(type: string, key: MaskingKey): Tokens {
  switch (type) {
    case 'string':
      return (token) => {
        if (!(token as string).startsWith(TOKEN_PREFIX)) throw new NotAuthentic();
        return key.tokens
          .open(Buffer.from((token as string).slice(TOKEN_PREFIX.length), 'base64url'))
          .toString('utf8');
      };
    case 'binary':
      return (token) => Uint8Array.from(key.tokens.open(token as Uint8Array));
    default:
      return permuted(type, key, 'open');
  }
}

function permuted(type: string, key: MaskingKey, way: 'seal' | 'open'): Tokens {
  const bits = { int: 32, long: 64, uuid: 128 }[type];
  if (bits === undefined) throw new Error(`There are no tokens of type ${type}.`);
  const permutation = key.permutation(bits);
  const exchange = (value: bigint) => permutation[way](BigInt.asUintN(bits, value));
  switch (type) {
    case 'int':
      return (value) => Number(BigInt.asIntN(bits, exchange(BigInt(value as number))));
    case 'long':
      return (value) => BigInt.asIntN(bits, exchange(BigInt(value as bigint)));
    default:
      return (value) => uuidBytes(exchange(BigInt(`0x${uuidText(value as Uint8Array).replaceAll('-', '')}`)));
  }
}

function uuidBytes(number: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(number.toString(16).padStart(32, '0'), 'hex'));
}
