import type { MaskSpec } from './mask-spec';

/** What becomes of the values of a classification. A value that is null stays null, whatever the mask. */
export class Mask {
  /**
   * A keyed hash, HMAC-SHA256, which nobody can turn back: equal values stay equal, so that rows can be counted, joined
   * and merged by it. Text becomes 64 hexadecimal digits, a UUID another UUID, bytes 32 bytes.
   */
  public static hash(): Mask {
    return new Mask({ kind: 'hash' });
  }

  /**
   * A token in its place, which whoever has the key can turn back (`lakehouse detokenize`): equal values stay equal.
   * Text and bytes are encrypted with AES-SIV (RFC 5297), integers and UUIDs are exchanged for others of their type
   * with FF1 (NIST SP 800-38G).
   */
  public static tokenize(): Mask {
    return new Mask({ kind: 'tokenize' });
  }

  /** The first characters of a text; the others become asterisks. A text that is no longer than that is all asterisks. */
  public static keepFirst(characters: number): Mask {
    return new Mask({ kind: 'keepFirst', characters: requireCharacters('keepFirst', characters) });
  }

  /** The last characters of a text; the others become asterisks. A text that is no longer than that is all asterisks. */
  public static keepLast(characters: number): Mask {
    return new Mask({ kind: 'keepLast', characters: requireCharacters('keepLast', characters) });
  }

  /** The domain of an e-mail address: `***@example.com`; `***` for a text that is none. */
  public static emailDomain(): Mask {
    return new Mask({ kind: 'emailDomain' });
  }

  /**
   * Null, or a constant in the place of every value.
   *
   * @param constant text of a value of the column's type: `0`, `false`, `1900-01-01`. A required column needs one.
   */
  public static redact(constant?: string): Mask {
    return new Mask(constant === undefined ? { kind: 'redact' } : { kind: 'redact', constant });
  }

  /** In clear: for a classification that is meant to be read. */
  public static none(): Mask {
    return new Mask(undefined);
  }

  private constructor(
    /**
     * Undefined for values that stay as they are.
     * @internal
     */
    public readonly _spec: MaskSpec | undefined,
  ) {}
}

function requireCharacters(name: string, characters: number): number {
  if (Number.isInteger(characters) && characters >= 1 && characters <= 100) return characters;
  throw new Error(`Mask.${name}(${characters}): give a whole number of characters from 1 to 100.`);
}
