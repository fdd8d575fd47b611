import fc from 'fast-check';
import { CsvScanner } from '../../../lambda/formats/records/csv-scanner';
import { JsonListScanner } from '../../../lambda/formats/records/json-list-scanner';
import type { RecordScanner } from '../../../lambda/formats/records/file-record';
import { LineScanner } from '../../../lambda/formats/records/line-scanner';
import { UnusableInput } from '../../../lambda/formats/records/unusable-input';
import { CsvKind } from '../../../lib/contract/file-columns';
import { scan } from './scan';

const texts = (records: { text: string }[]): string[] => records.map(({ text }) => text);
const lines = (text: string): string[] => texts(scan(new LineScanner('f'), Buffer.from(text, 'latin1')));
const elements = (text: string): string[] =>
  texts(scan(new JsonListScanner('f'), Buffer.from(text, 'latin1')));
const KINDS: Record<string, CsvKind> = {
  n: CsvKind.INTEGER,
  d: CsvKind.NUMBER,
  b: CsvKind.BOOLEAN,
  t: CsvKind.TIMESTAMP,
  j: CsvKind.JSON,
};
const csv = (text: string): string[] =>
  texts(scan(new CsvScanner('f', (column) => KINDS[column] ?? CsvKind.TEXT), Buffer.from(text, 'latin1')));

describe('lines', () => {
  it('are records whatever they hold; blank ones are not', () => {
    expect(lines('{"a":1}\n\n  \t\nnot json\r\n{"b":')).toEqual(['{"a":1}', 'not json', '{"b":']);
    expect(lines('')).toEqual([]);
    expect(lines('\n\r\n')).toEqual([]);
  });

  it('are positioned by their end, without the line break', () => {
    const records = scan(new LineScanner('f'), Buffer.from('ab\r\n\ncd'));
    expect(records).toEqual([
      { text: 'ab', position: 2 },
      { text: 'cd', position: 7 },
    ]);
  });

  it('have no byte order mark', () => {
    expect(texts(scan(new LineScanner('f', 3), Buffer.from('\ufeff{"a":1}\nb'), [2]))).toEqual([
      '{"a":1}',
      'b',
    ]);
  });

  it('are the same in whatever pieces they arrive', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', '\r', ' ', '"') }),
        fc.array(fc.nat(5), { minLength: 1 }),
        (text, pieces) => {
          const bytes = Buffer.from(text);
          expect(scan(new LineScanner('f'), bytes, pieces)).toEqual(scan(new LineScanner('f'), bytes));
        },
      ),
    );
  });
});

describe('the elements of a JSON array', () => {
  it('stand as in the file, digit for digit', () => {
    expect(elements(' [ {"id":12345678901234567890,"x":1.50} ,\n [1,2], "a,]" , 7,null]\n')).toEqual([
      '{"id":12345678901234567890,"x":1.50}',
      '[1,2]',
      '"a,]"',
      '7',
      'null',
    ]);
    expect(elements('[]')).toEqual([]);
  });

  it('may hold what is not JSON inside their brackets: that is for the quarantine', () => {
    expect(elements('[{"a":nope},{broken},{"s":"\\"}"}]')).toEqual([
      '{"a":nope}',
      '{broken}',
      '{"s":"\\"}"}',
    ]);
  });

  it('are those of "features" in an object', () => {
    const scanner = new JsonListScanner('f');
    const document =
      '{"type":"FeatureCollection","meta":{"features":[0],"n":1},"features":[{"id":1},{"id":2}],"bbox":[1,2]}';
    expect(texts(scan(scanner, Buffer.from(document), [3]))).toEqual(['{"id":1}', '{"id":2}']);
    expect(scanner.wrapped).toBe(true);
  });

  it.each([
    ['', 'the file is empty'],
    ['[{"a":1},{"b":', 'the file ends at byte 14 inside the element that begins at byte 9: it is truncated'],
    ['[{"a":1},', 'the file ends at byte 9 before the array does: it is truncated'],
    ['[1', 'the file ends at byte 2 inside the element that begins at byte 1'],
    ['[1 2]', 'unexpected "2" at byte 3; expected "," or "]"'],
    ['[1,,2]', 'unexpected "," at byte 3; expected a value'],
    ['[1,]', 'unexpected "]" at byte 3; expected a value'],
    ['[{]}', 'unexpected "]" at byte 2; expected the bracket that closes the open one'],
    ['[1] x', 'unexpected "x" at byte 4; expected the end of the file'],
    ['"text"', 'unexpected """ at byte 0; expected "[" or "{"'],
    ['{"a":1}', 'an object without a list named "features"'],
    ['{"features":[{"id":1}]', 'before the document does: it is truncated'],
    ['{"features" 1}', 'unexpected "1" at byte 12; expected ":"'],
  ])('%j cannot be used', (text, problem) => {
    const scanning = (): string[] => elements(text);
    expect(scanning).toThrow(UnusableInput);
    expect(scanning).toThrow(problem);
  });

  it('are the same as JSON.parse gives, in whatever pieces they arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.nat(3),
        fc.array(fc.nat(7), { minLength: 1 }),
        (values, indent, pieces) => {
          const bytes = Buffer.from(JSON.stringify(values, undefined, indent));
          const records = scan(new JsonListScanner('f'), bytes, pieces);
          const parsed = records.map(
            ({ text }) => JSON.parse(Buffer.from(text, 'latin1').toString()) as unknown,
          );
          expect(parsed).toEqual(JSON.parse(JSON.stringify(values)));
          expect(records).toEqual(scan(new JsonListScanner('f'), bytes));
        },
      ),
    );
  });
});

describe('the rows of a CSV file', () => {
  it('become objects: text as it is, numbers and booleans where the contract asks and the text is canonical', () => {
    expect(
      csv('s,n,d,b,t\nabc,12,1.50,true,1700000000\n12,007,1e3,True,2024-01-01\n,-0,.5,false,\n'),
    ).toEqual([
      '{"s":"abc","n":12,"d":1.50,"b":true,"t":1700000000}',
      '{"s":"12","n":"007","d":1e3,"b":"True","t":"2024-01-01"}',
      '{"s":null,"n":-0,"d":".5","b":false,"t":null}',
    ]);
    expect(csv('n,d\n9223372036854775807,12345678901234567.890123456789\n')).toEqual([
      '{"n":9223372036854775807,"d":12345678901234567.890123456789}',
    ]);
  });

  it('may be quoted, over several lines, with quotes and delimiters inside', () => {
    expect(csv('a,b\r\n"x ""y"", z","line 1\nline 2"\r\n"",\n')).toEqual([
      '{"a":"x \\"y\\", z","b":"line 1\\nline 2"}',
      '{"a":null,"b":null}',
    ]);
  });

  it('keep quotes that do not begin a field', () => {
    expect(csv('size,b\n5" pipe,1\n"a"b,c"d\n')).toEqual([
      '{"size":"5\\" pipe","b":"1"}',
      '{"size":"ab","b":"c\\"d"}',
    ]);
  });

  it('hold JSON where the contract asks for a list or an object', () => {
    expect(csv('j\n"[1,2]"\n"{""a"":1}"\n[1\n')).toEqual(['{"j":[1,2]}', '{"j":{"a":1}}', '{"j":"[1"}']);
  });

  it('go on as they stand when they do not match the header, to be quarantined', () => {
    expect(csv('a,b\n1\n1,2,3\n"x,y",2,"3"\n')).toEqual(['1', '1,2,3', '"x,y",2,"3"']);
  });

  it('keep bytes that are not UTF-8', () => {
    expect(csv('a\ncaf\u00e9\n')).toEqual(['{"a":"caf\u00e9"}']);
  });

  it('have a column name each', () => {
    expect(csv(',a\n1,2\n')).toEqual(['{"column_1":"1","a":"2"}']);
    expect(() => csv('a,b,a\n')).toThrow('the header has the same name for columns 1 and 3');
    expect(() => csv('')).toThrow('no header line');
    expect(() => csv('a,b\r1,2\r')).toThrow('a carriage return without a line feed');
  });

  it('cannot be used when another character separates its columns', () => {
    expect(() => csv('id;note\n1;2\n')).toThrow(
      'the header is one column: it seems to be separated by semicolons. Convert the file to commas first',
    );
    expect(() => csv('id\tnote\n1\t2\n')).toThrow('separated by tabs');
    expect(csv('id,a;b\n1,2\n')).toEqual(['{"id":"1","a;b":"2"}']);
    expect(csv('id\n1;2\n')).toEqual(['{"id":"1;2"}']);
  });

  it('cannot be used with a quote that is never closed', () => {
    expect(() => csv('a,b\n1,2\n3,"4\n5,6\n')).toThrow(
      'f: the quote opened at byte 10 is never closed: the file is truncated or a quote is missing',
    );
  });

  it('survive any text, in whatever pieces it arrives', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' ', '\\', '\t') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), fc.array(fc.nat(5), { minLength: 1 }), (rows, pieces) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const bytes = Buffer.from(['a,b', ...rows.map((row) => row.map(quote).join(','))].join('\n'));
        const records = scan(new CsvScanner('f', () => CsvKind.TEXT), bytes, pieces);
        expect(
          records.map(({ text }) => JSON.parse(Buffer.from(text, 'latin1').toString()) as unknown),
        ).toEqual(rows.map(([a, b]) => ({ a: a === '' ? null : a, b: b === '' ? null : b })));
        expect(records).toEqual(scan(new CsvScanner('f', () => CsvKind.TEXT), bytes));
      }),
    );
  });
});

describe('a scan goes on where an earlier one ended', () => {
  const forms: [
    name: string,
    text: string,
    fresh: () => RecordScanner,
    at: (offset: number) => RecordScanner,
  ][] = [
    [
      'lines',
      '{"a":1}\r\n\n{"a":2}\nx\n{"b":3}',
      () => new LineScanner('f'),
      (at) => new LineScanner('f', 0, at),
    ],
    [
      'CSV',
      'n,t\r\n1,"a\nb"\r\n2,"c""d"\n\n3,e',
      () => new CsvScanner('f', (column) => KINDS[column] ?? CsvKind.TEXT),
      (at) => new CsvScanner('f', (column) => KINDS[column] ?? CsvKind.TEXT).resume(['n', 't'], at),
    ],
    [
      'a JSON array',
      '[ {"a":[1]} ,\n2, "x,]" ]\n',
      () => new JsonListScanner('f'),
      (at) => new JsonListScanner('f').resume(false, at),
    ],
    [
      'GeoJSON',
      '{"x":[0],"features":[{"a":1}, {"b":2}],"y":1}',
      () => new JsonListScanner('f'),
      (at) => new JsonListScanner('f').resume(true, at),
    ],
  ];
  it.each(forms)('of %s, behind every record', (_name, text, fresh, resumed) => {
    const bytes = Buffer.from(text);
    const whole = scan(fresh(), bytes);
    expect(whole.length).toBeGreaterThan(1);
    whole.forEach(({ position }, index) => {
      expect(scan(resumed(position), bytes.subarray(position))).toEqual(whole.slice(index + 1));
    });
  });
});

describe('looking through a CSV file', () => {
  const outcome = (work: () => void): string | undefined => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const inspect = (bytes: Buffer, pieces: readonly number[]): string | undefined => {
    const scanner = new CsvScanner('f', () => CsvKind.TEXT);
    return outcome(() => {
      for (let start = 0, index = 0; start < bytes.length; index++) {
        const length = Math.max(1, pieces[Math.min(index, pieces.length - 1)]);
        scanner.inspect(bytes.subarray(start, start + length));
        start += length;
      }
      scanner.end();
    });
  };

  it('finds what reading it would find, in whatever pieces it arrives', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ',', '\n', '\r', '"', 'é') }),
        fc.array(fc.nat(5), { minLength: 1 }),
        (text, pieces) => {
          const bytes = Buffer.from(text);
          const reading = outcome(() => scan(new CsvScanner('f', () => CsvKind.TEXT), bytes));
          expect([text, inspect(bytes, pieces)]).toEqual([text, reading]);
        },
      ),
      { numRuns: 500, examples: [['a\n"a\n",a\n"', [4]]] },
    );
  });

  it('names the place of a quote that is never closed', () => {
    const bytes = Buffer.from(`a,b\n${'1,"x\ny"\n'.repeat(3)}1,"2\n${'3,4\n'.repeat(5)}`);
    expect(inspect(bytes, [7])).toMatch(/the quote opened at byte 30 is never closed/);
  });
});
