import { parseExact, stringifyExact } from '../../../lambda/formats/json/exact-json';

const DOCUMENT =
  '{"id":12345678901234567890,"list":[1.50,{"a":"x\\"y"},true,null],"text":"\\u00e9","n":-1e400,"__proto__":{"b":false}}';

test('numbers keep their digits, everything else is as JSON.parse has it', () => {
  const value = parseExact(DOCUMENT) as any;
  expect(String(value.id)).toBe('12345678901234567890');
  expect(String(value.n)).toBe('-1e400');
  expect(value.list).toEqual([1.5, { a: 'x"y' }, true, null]);
  expect(value.text).toBe('é');
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(stringifyExact(value)).toContain('12345678901234567890');
});

test('it ends whatever it is given: text that is cut off anywhere is refused', () => {
  for (let length = 0; length < DOCUMENT.length; length++) {
    let error: unknown;
    try {
      parseExact(DOCUMENT.slice(0, length));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SyntaxError);
  }
});

test.each(['', ' ', '[,]', '[1 2', '{"a"', '{a:1}', ']', '{"a":}', '["\\'])('it ends on %p', (text) => {
  expect(() => parseExact(text)).toThrow(SyntaxError);
});
