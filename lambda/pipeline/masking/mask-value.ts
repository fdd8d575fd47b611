import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import type { MaskingKey } from './masking-key';
import { tokenize } from './token';

/** What a mask makes of a value that is not null. */
export type ValueMask = (value: unknown) => unknown;

/** @param key needed where the mask is keyed */
export function valueMask({ type, mask }: ColumnMask, key: MaskingKey | undefined): ValueMask {
  switch (mask.kind) {
    case 'hash':
      return hash(type, required(key));
    case 'tokenize':
      return tokenize(type, required(key));
    case 'keepFirst':
      return (value) => kept(value as string, (all) => all.slice(0, mask.characters), true);
    case 'keepLast':
      return (value) => kept(value as string, (all) => all.slice(-mask.characters), false);
    case 'emailDomain':
      return (value) => emailDomain(value as string);
    case 'redact': {
      const constant = mask.constant === undefined ? null : constantOf(type, mask.constant);
      return () => constant;
    }
  }
}

function required(key: MaskingKey | undefined): MaskingKey {
  if (!key) throw new Error('A mask needs a key, and there is none.');
  return key;
}

function hash(type: string, key: MaskingKey): ValueMask {
  switch (type) {
    case 'uuid':
      return (value) => {
        const bytes = Uint8Array.from(key.hash(value as Uint8Array).subarray(0, 16));
        // A UUID of a form of its own: RFC 9562, version 8.
        bytes[6] = 0x80 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        return bytes;
      };
    case 'binary':
      return (value) => Uint8Array.from(key.hash(value as Uint8Array));
    default:
      return (value) => key.hash(value as string).toString('hex');
  }
}

/** Characters are code points: half of one is none. */
function kept(text: string, keep: (all: string[]) => string[], first: boolean): string {
  const all = [...text];
  const shown = keep(all);
  if (shown.length >= all.length) return '*'.repeat(all.length);
  const hidden = '*'.repeat(all.length - shown.length);
  return first ? shown.join('') + hidden : hidden + shown.join('');
}

function emailDomain(text: string): string {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  return at > 0 && /^[^\s@]+\.[^\s@]+$/.test(domain) ? `***@${domain}` : '***';
}

function constantOf(type: string, text: string): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true';
    case 'int':
    case 'float':
    case 'double':
      return Number(text);
    case 'long':
      return BigInt(text);
    case 'date':
      return Date.parse(`${text}T00:00:00Z`) / 86_400_000;
    default:
      return text;
  }
}
