import { AesSiv, NotAuthentic } from '../../../lambda/pipeline/masking/aes-siv';
import { Ff1 } from '../../../lambda/pipeline/masking/ff1';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

describe('AES-SIV', () => {
  // RFC 5297, appendix A.1
  const key = hex('fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
  const siv = new AesSiv(key, hex('101112131415161718191a1b1c1d1e1f 2021222324252627'));
  const plaintext = hex('112233445566778899aabbccddee');
  const sealed = hex('85632d07c6e8f37f950acd320a2ecc93 40c02b9690c4dc04daef7f6afe5c');

  it('gives what the RFC gives', () => {
    expect(siv.seal(plaintext)).toEqual(Buffer.from(sealed));
    expect(siv.open(sealed)).toEqual(Buffer.from(plaintext));
  });

  it.each([0, 1, 15, 16, 17, 31, 32, 33, 100])('opens what it sealed, %i bytes', (length) => {
    const bytes = Buffer.alloc(length, 7);
    expect(siv.open(siv.seal(bytes))).toEqual(bytes);
  });

  it('refuses what was changed, made with another key, or is too short', () => {
    const changed = Uint8Array.from(sealed);
    changed[20] ^= 1;
    const other = new AesSiv(Uint8Array.from(key).reverse(), hex('00'));
    for (const fails of [() => siv.open(changed), () => other.open(sealed), () => siv.open(hex('00'))])
      expect(fails).toThrow(NotAuthentic);
  });
});

describe('FF1', () => {
  const KEY_128 = '2B7E151628AED2A6ABF7158809CF4F3C';
  const KEY_256 = `${KEY_128}EF4359D8D580AA4F7F036D6F04FC6A94`;

  // The samples that NIST publishes beside SP 800-38G.
  it.each([
    [KEY_128, 10, '', '0123456789', '2433477484'],
    [KEY_128, 10, '39383736353433323130', '0123456789', '6124200773'],
    [KEY_128, 36, '3737373770717273373737', '0123456789abcdefghi', 'a9tv40mll9kdu509eum'],
    [KEY_256, 10, '', '0123456789', '6657667009'],
    [KEY_256, 10, '39383736353433323130', '0123456789', '1001623463'],
    [KEY_256, 36, '3737373770717273373737', '0123456789abcdefghi', 'xs8a0azh2avyalyzuwd'],
  ])('gives what NIST gives (%#)', (key, radix, tweak, plaintext, sealed) => {
    const ff1 = new Ff1(hex(key), radix, plaintext.length, hex(tweak));
    const number = (text: string) =>
      [...text].reduce((sum, digit) => sum * BigInt(radix) + BigInt(parseInt(digit, 36)), 0n);
    expect(ff1.seal(number(plaintext)).toString(radix).padStart(plaintext.length, '0')).toBe(sealed);
    expect(ff1.open(number(sealed))).toBe(number(plaintext));
  });

  it.each([32, 64, 128])('is a permutation of the numbers of %i bits', (bits) => {
    const ff1 = new Ff1(hex(KEY_256), 2, bits);
    const numbers = [0n, 1n, 2n, 12345n, 2n ** BigInt(bits) - 1n, 2n ** BigInt(bits - 1)];
    const sealed = numbers.map((number) => ff1.seal(number));
    expect(new Set(sealed).size).toBe(numbers.length);
    expect(sealed.every((one) => one >= 0n && one < 2n ** BigInt(bits))).toBe(true);
    expect(sealed.map((one) => ff1.open(one))).toEqual(numbers);
  });
});
