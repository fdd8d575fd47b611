import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataContract } from '../../lib/contract';
import { compileContract } from '../../lib/contract/handler-code';
import { readWithHyparquet } from '../formats/read-parquet';
import { optional } from '../skip';
import { contractOf, encode } from './encode-fixture';

const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '"); process.exit(1); ("',
  "' + alert(1) + '",
  '`${process.exit(1)}`',
  '</script><script>',
  'line\nbreak',
  'line\u2028separator\u2029',
  '*/ throw 1 /*',
  '\\',
  'ключ',
  '',
  '0',
  'class',
];

test('names are data, whatever they look like', async () => {
  const properties = HOSTILE.filter((name) => name !== '').map((name, i) => ({
    name,
    physicalName: `c${i}`,
    logicalType: 'string',
    description: name,
    logicalTypeOptions: { maxLength: 50 },
  }));
  const contract = contractOf(properties);
  const value = Object.fromEntries(properties.map(({ name }) => [name, name]));
  // An own field of that name, as JSON.parse makes it.
  Object.defineProperty(value, '__proto__', { value: '__proto__', enumerable: true });
  const { files, rejections, unknownFields } = encode(contract, [value, {}]);
  expect(rejections).toEqual([undefined, undefined]);
  expect(unknownFields).toBe(0);
  const [row, empty] = await readWithHyparquet(files[0].bytes);
  for (const { name, physicalName } of properties) {
    expect(row[physicalName]).toBe(name);
    expect(empty[physicalName] ?? null).toBeNull();
  }
});

test('the text is plain ASCII, imports nothing, and is the same every time', () => {
  const contract = contractOf(
    HOSTILE.slice(0, 14).map((name, i) => ({ name, physicalName: `c${i}`, logicalType: 'string' })),
  );
  const source = compileContract(contract, contract.schema());
  expect(source).toBe(compileContract(contract, contract.schema()));
  expect(source).toMatch(/^[\x20-\x7e\n]*$/);
  expect(source).not.toMatch(/^\s*import\b|\bimport\(|\brequire\(/m);
  expect(source).not.toContain('</script');
});

test('a pattern that is none is named', () => {
  const contract = contractOf([{ name: 'c', logicalType: 'string', logicalTypeOptions: { pattern: 'a' } }]);
  const [property] = contract.schema().properties;
  Object.assign(property.options, { pattern: '(' });
  expect(() => compileContract(contract, contract.schema())).toThrow('Property "c" has the pattern "("');
});

test('a column named otherwise than the field takes either name', async () => {
  const contract = contractOf([{ name: 'userId', physicalName: 'user_id', logicalType: 'integer' }]);
  const { files, unknownFields } = encode(contract, [
    '{"userId":1}',
    '{"user_id":2}',
    '{"userId":3,"user_id":4}',
  ]);
  const rows = await readWithHyparquet(files[0].bytes);
  expect(rows.map((row) => row.user_id)).toEqual([1n, 2n, 3n]);
  expect(rows[2]._extra).toBe('{"user_id":4}');
  expect(unknownFields).toBe(1);
});

const EXAMPLES = join(__dirname, '../../../shared/reference/odcs');
const files = existsSync(EXAMPLES) ? readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml')) : [];
const examples = optional({
  name: 'examples of the Open Data Contract Standard',
  present: files.length > 0,
  install: 'put them into ../shared/reference/odcs',
});

examples('contracts of the standard', () => {
  test.each(files.length > 0 ? files : ['none'])('%s compiles to code that runs', (file) => {
    const contract = DataContract.fromFile(join(EXAMPLES, file));
    for (const schema of contract.schemas) {
      const source = compileContract(contract, schema);
      expect(() => new Function(source.replace(/^export /gm, ''))).not.toThrow();
    }
  });
});
