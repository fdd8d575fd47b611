import type { ContractProperty } from '../contract-property';
import { Mask } from './mask';

/** Custom property of a property: the mask of its column, whatever its classification. */
export const MASKING = 'masking';

export const MASKING_FORMS =
  'hash, tokenize, emailDomain, redact, none, { keepFirst: 1 }, { keepLast: 4 }, { redact: <a value of the type> }';

/** The mask that the contract itself gives a column; undefined where it gives none. @throws Error for one it does not know */
export function ownMask({ customProperties }: ContractProperty): Mask | undefined {
  const own = customProperties.find(({ property }) => property === MASKING);
  return own && maskOf(own.value);
}

/** @throws Error naming the allowed forms */
export function maskOf(value: unknown): Mask {
  switch (value) {
    case 'hash':
      return Mask.hash();
    case 'tokenize':
      return Mask.tokenize();
    case 'emailDomain':
      return Mask.emailDomain();
    case 'redact':
      return Mask.redact();
    case 'none':
      return Mask.none();
  }
  if (typeof value === 'object' && value !== null) {
    const [[kind, argument] = [], ...others] = Object.entries(value);
    if (others.length === 0) {
      if (kind === 'keepFirst' && isCharacters(argument)) return Mask.keepFirst(argument);
      if (kind === 'keepLast' && isCharacters(argument)) return Mask.keepLast(argument);
      if (kind === 'redact' && ['string', 'number', 'boolean'].includes(typeof argument))
        return Mask.redact(String(argument));
    }
  }
  throw new Error(`must be one of ${MASKING_FORMS}.`);
}

function isCharacters(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 100;
}
