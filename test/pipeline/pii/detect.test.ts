import { detectPii, PiiKind } from '../../../lambda/pipeline/pii/detect';

const kinds = (text: string) => Object.fromEntries(detectPii(text));

test.each<[string, Record<string, number>]>([
  ['Write to ada.lovelace+x@mail.example.co.uk, or a@b.example', { email: 2 }],
  ['Paid from DE89 3704 0044 0532 0130 00 today', { iban: 1 }],
  ['GB82WEST12345698765432', { iban: 1 }],
  ['4111 1111 1111 1111', { 'payment-card': 1 }],
  ['amex 378282246310005.', { 'payment-card': 1 }],
  ['SSN 078-05-1120', { 'us-ssn': 1 }],
  ['+44 20 7946 0958 or (202) 555-0143 or 202-555-0143', { phone: 3 }],
  ['from 203.0.113.9 and 2001:db8::ff00:42:8329', { 'ip-address': 2 }],
])('finds what is in %j', (text, expected) => expect(kinds(text)).toEqual(expected));

test.each([
  'DE88 3704 0044 0532 0130 00',
  '4111 1111 1111 1112',
  '9411111111111111',
  '000-12-3456',
  '666-12-3456',
  '912-12-3456',
  '123-00-4567',
  '123-45-0000',
  '256.1.1.1',
  'v1.2.3.4',
  '12:34:56',
  '2026-03-01T10:00:00Z',
  '550e8400-e29b-41d4-a716-446655440000',
  'user@localhost',
  '@handle',
  '1700000000123',
  'order 2025550143',
  '3.14159265358979',
])('finds nothing in %j', (text) => expect(kinds(text)).toEqual({}));

/** A generator of its own, so that the corpus is the same everywhere. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('on a seeded corpus of 3,000 texts: precision and recall, counted', () => {
  const next = seeded(42);
  const digits = (n: number) => Array.from({ length: n }, () => next(10)).join('');
  const pick = <T>(items: readonly T[]) => items[next(items.length)];
  const word = () => pick(['blue', 'Keller', 'order', 'call', 'Lyon', 'express', 'gift', 'x-ray', 'Q4']);
  const luhn = (start: string) => [...'0123456789'].map((last) => start + last).find((all) => passes(all))!;
  const passes = (all: string) =>
    [...all]
      .reverse()
      .reduce(
        (sum, d, i) => sum + (i % 2 ? (Number(d) > 4 ? Number(d) * 2 - 9 : Number(d) * 2) : Number(d)),
        0,
      ) %
      10 ===
    0;
  const iban = () => {
    const bban = digits(18);
    const rest = BigInt(`${bban}131400`) % 97n;
    return `DE${String(98n - rest).padStart(2, '0')}${bban}`;
  };
  const positives: [PiiKind, () => string][] = [
    [
      PiiKind.EMAIL,
      () => `${pick(['ada', 'b.c', 'd_e', 'f+g'])}${next(99)}@${pick(['example.com', 'mail.example.org'])}`,
    ],
    [PiiKind.IBAN, () => pick([iban(), iban().replace(/(.{4})(?=.)/g, '$1 ')])],
    [PiiKind.PAYMENT_CARD, () => luhn(pick(['4', '51', '55']) + digits(13) + '00').slice(0, 19)],
    [PiiKind.US_SSN, () => `${100 + next(500)}-${10 + next(90)}-${1000 + next(9000)}`],
    // Without a plus sign and with blanks between the groups, as people write it: not told from other numbers.
    [
      PiiKind.PHONE,
      () =>
        pick([
          `+1 202 555 01${digits(2)}`,
          `+49 30 ${digits(7)}`,
          `(202) 555-01${digits(2)}`,
          `202 555 01${digits(2)}`,
        ]),
    ],
    [PiiKind.IP_ADDRESS, () => `203.0.113.${next(256)}`],
  ];
  const negatives: (() => string)[] = [
    () => `order-${digits(8)}`,
    () => `${next(100)}.${digits(2)}`,
    () => `2026-0${1 + next(9)}-1${next(10)}T0${next(10)}:${10 + next(50)}:00Z`,
    // One of ten passes the check of cards by chance.
    () => `4${digits(15)}`,
    () => `v${next(9)}.${next(9)}.${next(9)}`,
  ];
  const counts = { found: 0, missed: 0, mistaken: 0, clear: 0 };
  for (let i = 0; i < 3000; i++) {
    const isPositive = i % 2 === 0;
    const [kind, make] = isPositive ? pick(positives) : [undefined, pick(negatives)];
    const found = detectPii(`${word()} ${make()} ${word()}`);
    if (kind) counts[found.has(kind) && found.size === 1 ? 'found' : 'missed']++;
    else counts[found.size > 0 ? 'mistaken' : 'clear']++;
  }
  // Precision 98.0 %, recall 96.3 %: docs/privacy.md tells them.
  expect(counts).toEqual({ found: 1445, missed: 55, mistaken: 29, clear: 1471 });
});
