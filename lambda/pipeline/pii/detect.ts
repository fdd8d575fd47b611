import { isIPv4, isIPv6 } from 'node:net';

/** Kinds of personal data that values show by themselves. */
export enum PiiKind {
  EMAIL = 'email',
  IBAN = 'iban',
  PAYMENT_CARD = 'payment-card',
  US_SSN = 'us-ssn',
  PHONE = 'phone',
  IP_ADDRESS = 'ip-address',
}

interface Detector {
  readonly kind: PiiKind;
  readonly form: RegExp;
  readonly holds: (text: string) => boolean;
}

/** In this order: what one has found is not looked at by those after it, so that digits count once. */
const DETECTORS: readonly Detector[] = [
  {
    kind: PiiKind.EMAIL,
    // From where its first part begins: of 10,000 letters in a row, base64 for example, each would begin one.
    form: /(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}/gi,
    holds: (text) => text.length <= 254,
  },
  // ISO 13616: country, two check digits, up to 30 characters, in groups of four or not.
  { kind: PiiKind.IBAN, form: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g, holds: isIban },
  {
    kind: PiiKind.PAYMENT_CARD,
    form: /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g,
    holds: isPaymentCard,
  },
  // Numbers the Social Security Administration does not give: areas 000, 666 and from 900, group 00, serial 0000.
  {
    kind: PiiKind.US_SSN,
    form: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g,
    holds: () => true,
  },
  // ITU-T E.164 with its plus sign, or the ten digits of North America in groups.
  {
    kind: PiiKind.PHONE,
    form: /\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\d)|(?<![\w.-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])[2-9]\d{2}[-.]\d{4}(?![\w-])/g,
    holds: () => true,
  },
  { kind: PiiKind.IP_ADDRESS, form: /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g, holds: isIPv4 },
  {
    kind: PiiKind.IP_ADDRESS,
    form: /(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi,
    holds: isAddress6,
  },
];
const LONGEST_TEXT = 10_000;

/** The kinds of personal data in a text, with how often each is there. Looks at the first 10,000 characters. */
export function detectPii(text: string): Map<PiiKind, number> {
  const found = new Map<PiiKind, number>();
  let rest = text.slice(0, LONGEST_TEXT);
  for (const { kind, form, holds } of DETECTORS) {
    rest = rest.replace(form, (match) => {
      if (!holds(match)) return match;
      found.set(kind, (found.get(kind) ?? 0) + 1);
      return ' ';
    });
  }
  return found;
}

/** ISO 7064, mod 97-10. */
function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '');
  if (compact.length < 15 || compact.length > 34) return false;
  const moved = compact.slice(4) + compact.slice(0, 4);
  const digits = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

/** First digits that the large networks issue, by ISO/IEC 7812; then Luhn. */
const ISSUERS = /^(?:4|5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720)|3[47]|3[068]|35|6(?:011|4[4-9]|5)|62)/;

function isPaymentCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19 || !ISSUERS.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Times of day have colons as well. */
function isAddress6(text: string): boolean {
  return isIPv6(text) && /[0-9a-f]{3}|::[0-9a-f]/i.test(text);
}
