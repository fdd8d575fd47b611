import { ContractError, DataContract, type ContractProblem } from '../../lib/contract';

const HEAD = ['apiVersion: v3.1.0', 'kind: DataContract', 'id: a', 'version: 1.0.0', 'status: active'];

function problemsOf(text: string): ContractProblem[] {
  try {
    DataContract.fromString(text, { fileName: 'my.odcs.yaml' });
  } catch (error) {
    expect(error).toBeInstanceOf(ContractError);
    const { problems, message } = error as ContractError;
    for (const problem of problems) {
      expect(message).toContain(problem.message);
      expect(problem.file).toBe('my.odcs.yaml');
    }
    return problems;
  }
  return [];
}

/** Problems of a contract with one schema object made of these properties. */
function withProperties(...properties: object[]): ContractProblem[] {
  return withSchema({ name: 't', properties });
}

function withSchema(...schemas: object[]): ContractProblem[] {
  return problemsOf([...HEAD, `schema: ${JSON.stringify(schemas)}`].join('\n'));
}

function withSla(sla: object): ContractProblem[] {
  return problemsOf([...HEAD, `slaProperties: ${JSON.stringify([sla])}`].join('\n'));
}

const KEY = { name: 'k', logicalType: 'string' };
const FIRST = 'schema[0].properties[0]';

describe('the document', () => {
  test.each([
    ['', 0, /is empty/],
    ['a: [1', 1, /not valid YAML or JSON: Flow sequence/],
    ['{"a": 1,}}', 1, /not valid YAML or JSON/],
    ['a: 1\na: 2', 2, /Map keys must be unique/],
    ['a: b: c', 1, /not valid YAML or JSON/],
    ['- a', 1, /must be an object .* not a list/],
    ['just text', 1, /must be an object .* not text/],
    ['id: *missing', 1, /anchor "missing" that is not there/],
    ['a: &a [*a]', 0, /nests deeper than 100 levels/],
    [`${'['.repeat(200)}${']'.repeat(200)}`, 0, /nests deeper than 100 levels/],
    ['? [a]\n: 1', 1, /has a key that is not text/],
    ['--- a\n--- b', 2, /a file holds one contract/],
  ])('%j', (text, line, message) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
    expect(problems.map((problem) => problem.line)).toContain(line);
  });

  test('an alias bomb is refused at once', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n++)
      lines.push(
        `a${n}: &a${n} [${Array(10)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    expect(problemsOf(lines.join('\n'))).toMatchObject([
      { message: 'repeats more than 10000 values through YAML aliases: write them out' },
    ]);
  });

  test('a hundred thousand brackets', () => {
    expect(problemsOf('['.repeat(100_000)).length).toBeLessThanOrEqual(5);
  });

  test.each([
    ['no/such/file.odcs.yaml', /^no\/such\/file.odcs.yaml: 1 problem .*\n.* there is no such file/],
    [__dirname, /is a directory/],
  ])('file %s', (file, message) => {
    expect(() => DataContract.fromFile(file)).toThrow(ContractError);
    expect(() => DataContract.fromFile(file)).toThrow(message);
  });
});

describe('the head', () => {
  test('every missing key is named', () => {
    expect(problemsOf('name: x').map((problem) => problem.path)).toEqual([
      'kind',
      'apiVersion',
      'id',
      'version',
      'status',
    ]);
  });

  test.each([
    [
      'apiVersion: v3.1.0',
      'apiVersion: v2.2.2',
      'apiVersion',
      /Read are v3.0.0.* Version 2 describes tables under "dataset"/,
    ],
    ['apiVersion: v3.1.0', 'apiVersion: 3.1.0', 'apiVersion', /is not a version that can be read/],
    ['kind: DataContract', 'kind: datacontract', 'kind', /must be DataContract. Did you mean "DataContract"/],
    ['id: a', 'id: 12', 'id', /must be text, not a number. Put it in quotes: "12"/],
    ['version: 1.0.0', 'version: 1.10', 'version', /Put it in quotes: "1.10"/],
    ['status: active', 'status: " "', 'status', /must not be blank/],
    ['id: a', 'id: a\nshcema: []', 'shcema', /is no key of a data contract. Did you mean "schema"/],
    ['id: a', 'id: a\ndescription: text', 'description', /must be an object/],
    ['id: a', 'id: a\ntags: x', 'tags', /must be a list/],
    ['id: a', 'id: a\nteam: {members: [{role: x}]}', 'team.members[0].username', /is required/],
    ['id: a', 'id: a\nservers: [{server: x, type: kinesi}]', 'servers[0].type', /Did you mean "kinesis"/],
    ['id: a', 'id: a\nsupport: [{}]', 'support[0].channel', /is required/],
    ['id: a', 'id: a\nprice: {priceAmount: x}', 'price.priceAmount', /must be a number/],
    ['id: a', 'id: a\ndescription: {usage: 1}', 'description.usage', /must be text/],
    [
      'id: a',
      'id: a\nauthoritativeDefinitions: [{url: x}]',
      'authoritativeDefinitions[0].type',
      /is required/,
    ],
    ['id: a', 'id: a\ncustomProperties: [{value: 1}]', 'customProperties[0].property', /is required/],
  ])('%s → %s', (line, replacement, path, message) => {
    const problems = problemsOf(HEAD.join('\n').replace(line, replacement));
    expect(problems).toEqual([expect.objectContaining({ path, message: expect.stringMatching(message) })]);
  });
});

describe('properties', () => {
  test.each<[object, string, RegExp]>([
    [{ logicalType: 'string' }, 'name', /is required/],
    [{ name: 'a', logicalType: 'strng' }, 'logicalType', /one of string, date, .*Did you mean "string"/],
    [{ name: 'a', logicaltype: 'string' }, 'logicaltype', /Did you mean "logicalType"/],
    [{ name: 'a', required: 'yes' }, 'required', /must be true or false/],
    [{ name: 'a', primaryKeyPosition: 1.5 }, 'primaryKeyPosition', /whole number/],
    [{ name: 'a', physicalType: 'decimal(39,2)' }, 'physicalType', /precision outside 1 to 38/],
    [{ name: 'a', physicalType: 'decimal(0)' }, 'physicalType', /precision outside 1 to 38/],
    [{ name: 'a', physicalType: 'numeric(5,6)' }, 'physicalType', /scale outside 0 to its precision 5/],
    [{ name: 'a', physicalType: 'numeric(a,b)' }, 'physicalType', /is no decimal/],
    [{ name: 'a', logicalType: 'string', items: {} }, 'items', /Set logicalType: array/],
    [{ name: 'a', logicalType: 'string', properties: [] }, 'properties', /Set logicalType: object/],
    [{ name: '_Lane' }, 'name', /is a column this library adds/],
    [{ name: 'a', quality: {} }, 'quality', /must be a list/],
    [{ name: 'a', tags: [1] }, 'tags[0]', /must be text/],
    [{ name: 'a', physicalName: '' }, 'physicalName', /must not be blank/],
  ])('%j', (property, path, message) => {
    expect(withProperties(property)).toEqual([
      expect.objectContaining({ path: `${FIRST}.${path}`, line: 6, message: expect.stringMatching(message) }),
    ]);
  });

  test.each<[string, object, string, RegExp]>([
    ['string', { minLength: 5, maxLength: 2 }, 'minLength', /minLength 5 is above maxLength 2/],
    ['string', { minLength: -1 }, 'minLength', /whole number, 0 or more/],
    [
      'string',
      { minimum: 1 },
      'minimum',
      /is no key of logicalTypeOptions of type string. .*Allowed are|Did you mean/,
    ],
    ['string', { pattern: '([a-z]' }, 'pattern', /is not a regular expression of ECMA-262/],
    ['string', { pattern: '(?i)a' }, 'pattern', /Inline flags/],
    ['string', { pattern: '\\Aa\\Z' }, 'pattern', /\\A has no meaning/],
    ['integer', { minimum: 2, maximum: 1 }, 'minimum', /leaves no value/],
    ['integer', { minimum: 2, exclusiveMaximum: 2 }, 'minimum', /is equal to exclusiveMaximum/],
    ['integer', { minimum: 'one' }, 'minimum', /must be a number/],
    ['integer', { format: 'int32' }, 'format', /must be one of i8, i16, i32/],
    ['integer', { multipleOf: 0 }, 'multipleOf', /must be above 0/],
    ['number', { exclusiveMinimum: true }, 'exclusiveMinimum', /must be a number, not a boolean/],
    ['number', { minimum: 0.10000000000000001, maximum: 0.1 }, '', /^$/],
    ['date', { minimum: '2021-01-01', maximum: '2020-01-01' }, 'minimum', /leaves no value/],
    ['date', { minimum: 20210101 }, 'minimum', /must be text/],
    [
      'timestamp',
      { minimum: '2021-01-01 00:00:00', maximum: '2020-01-01T00:00:00Z' },
      'minimum',
      /leaves no value/,
    ],
    ['timestamp', { defaultTimezone: 'Mars/Olympus' }, 'defaultTimezone', /no time zone of the IANA/],
    ['timestamp', { defaultTimezone: '-03:00' }, '', /^$/],
    ['timestamp', { defaultTimezone: '+18:00' }, '', /^$/],
    ['timestamp', { defaultTimezone: '+18:01' }, 'defaultTimezone', /no offset from UTC/],
    ['timestamp', { defaultTimezone: '-3' }, 'defaultTimezone', /no offset from UTC/],
    ['timestamp', { defaultTimezone: '+0300' }, 'defaultTimezone', /no offset from UTC/],
    ['timestamp', { format: 'iso-8601' }, 'format', /has the letter i.*drop it/],
    ['timestamp', { format: 'date-time' }, 'format', /has the letter t/],
    ['timestamp', { format: "yyyy-MM-dd'T" }, 'format', /never closed/],
    ['timestamp', { format: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" }, '', /^$/],
    ['timestamp', { format: 'epoch_ms', minimum: '1700000000000' }, '', /^$/],
    ['time', { format: 'HHmm', minimum: '0900' }, '', /^$/],
    ['date', { format: 'epoch_s' }, 'format', /is an epoch/],
    ['timestamp', { minimum: 'yesterday' }, 'minimum', /is no timestamp/],
    ['timestamp', { maximum: '2023-02-29T00:00:00Z' }, 'maximum', /is no timestamp/],
    ['timestamp', { exclusiveMinimum: '2024-01-01t10:00:00,5+0300' }, '', /^$/],
    ['date', { minimum: '2024-01-01T10:00:00Z' }, 'minimum', /is no date/],
    ['date', { minimum: '2024-01-01T00:00:00Z' }, '', /^$/],
    ['time', { minimum: '24:00' }, 'minimum', /is no time of day/],
    ['time', { minimum: '10:00', exclusiveMaximum: '09:00:00' }, 'minimum', /leaves no value/],
    ['array', { minItems: 2, maxItems: 1 }, 'minItems', /leaves no value/],
    ['object', { required: 'a' }, 'required', /must be a list/],
  ])('%s with %j', (logicalType, logicalTypeOptions, path, message) => {
    const problems = withProperties({ name: 'a', logicalType, logicalTypeOptions });
    if (path === '') return expect(problems).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({
        path: `${FIRST}.logicalTypeOptions.${path}`,
        message: expect.stringMatching(message),
      }),
    ]);
  });

  test('64-bit bounds compare to the last digit', () => {
    const options = '{minimum: 9223372036854775807, maximum: 9223372036854775806}';
    const text = `schema: [{name: t, properties: [{name: a, logicalType: integer, logicalTypeOptions: ${options}}]}]`;
    expect(problemsOf([...HEAD, text].join('\n'))[0].message).toContain(
      'minimum 9223372036854775807 is above maximum 9223372036854775806',
    );
  });

  test('an object that requires a field it does not have', () => {
    const property = {
      name: 'a',
      logicalType: 'object',
      logicalTypeOptions: { required: ['x'] },
      properties: [KEY],
    };
    expect(withProperties(property)).toMatchObject([
      {
        path: `${FIRST}.logicalTypeOptions.required[0]`,
        value: '"x"',
        message: 'is no property of this object. It has: k.',
      },
    ]);
  });
});

describe('names, keys and partitions', () => {
  test('two properties of one name', () => {
    expect(withProperties(KEY, KEY)).toMatchObject([
      {
        path: 'schema[0].properties[1].name',
        message: `is the name of ${FIRST} too. Rename or remove one of them.`,
      },
    ]);
  });

  test('two properties of one column', () => {
    const problems = withProperties(KEY, { name: 'other', physicalName: 'K' });
    expect(problems).toMatchObject([{ path: 'schema[0].properties[1].physicalName', value: '"K"' }]);
    expect(problems[0].message).toContain('folded to lower case');
  });

  test('two schema objects of one name, and of one table', () => {
    expect(withSchema({ name: 'a' }, { name: 'a' }, { name: 'A' })).toMatchObject([
      { path: 'schema[1].name' },
      { path: 'schema[2].name', message: expect.stringContaining('gives the table a') },
    ]);
  });

  test.each<[string, object[], string, RegExp]>([
    [
      'one position twice',
      [
        { ...KEY, primaryKey: true, primaryKeyPosition: 1 },
        { name: 'l', primaryKey: true, primaryKeyPosition: 1 },
      ],
      'schema[0].properties[1].primaryKeyPosition',
      /is the primaryKeyPosition of schema\[0\].properties\[0\] too/,
    ],
    [
      'a position without a partition',
      [{ ...KEY, partitionKeyPosition: 1 }],
      `${FIRST}.partitionKeyPosition`,
      /Set partitioned: true, or drop partitionKeyPosition/,
    ],
    [
      'an array as key',
      [{ name: 'a', logicalType: 'array', items: {}, primaryKey: true }],
      `${FIRST}.primaryKey`,
      /makes an array a primary key column/,
    ],
    [
      'an object as partition',
      [{ name: 'a', logicalType: 'object', properties: [KEY], partitioned: true }],
      `${FIRST}.partitioned`,
      /makes an object a partition column/,
    ],
    [
      'a nested field as partition',
      [{ name: 'a', logicalType: 'object', properties: [{ ...KEY, partitioned: true }] }],
      `${FIRST}.properties[0].partitioned`,
      /makes a nested field a partition column/,
    ],
  ])('%s', (_name, properties, path, message) => {
    expect(withProperties(...properties)).toEqual([
      expect.objectContaining({ path, message: expect.stringMatching(message) }),
    ]);
  });

  test.each([
    ['date', 'hour', /does not apply to a column of type date: hour takes timestamps/],
    ['string', 'day', /day takes dates and timestamps/],
    ['boolean', 'bucket[4]', /does not apply to a column of type boolean/],
    ['number', 'truncate[4]', /does not apply to a column of type double/],
    ['string', 'bucket', /is no partition transform. Allowed are identity/],
    ['string', 'bucket[0]', /whole number from 1 to 2147483647/],
    ['timestamp', 'days', /Did you mean "day"/],
    ['timestamp', 'constructor', /is no partition transform/],
    ['timestamp', 3, /must be the text of a partition transform/],
  ])('%s partitioned by %s', (logicalType, value, message) => {
    const customProperties = [{ property: 'partitionTransform', value }];
    expect(withProperties({ name: 'a', logicalType, partitioned: true, customProperties })).toEqual([
      expect.objectContaining({
        path: `${FIRST}.customProperties[0].value`,
        message: expect.stringMatching(message),
      }),
    ]);
  });

  test.each(['primaryKey', 'business-key', 'partitionBy', 'partition_columns'])(
    '%s names no column',
    (property) => {
      const customProperties = [{ property, value: ['k', 'kk'] }];
      expect(withSchema({ name: 't', properties: [KEY], customProperties })).toMatchObject([
        {
          path: 'schema[0].customProperties[0].value[1]',
          value: '"kk"',
          message: `is named by ${property}, but is no property of t. It has: k. Did you mean "k"?`,
        },
      ]);
    },
  );

  test.each(['false', 'no', 0])('additionalProperties: %j is no switch', (value) => {
    const customProperties = [{ property: 'additionalProperties', value }];
    expect(withSchema({ name: 't', properties: [KEY], customProperties })).toMatchObject([
      {
        path: 'schema[0].customProperties[0].value',
        message: expect.stringContaining('must be true or false'),
      },
    ]);
  });

  test('relationships', () => {
    const problems = withSchema(
      {
        name: 't',
        properties: [{ ...KEY, relationships: [{ to: 'u.x' }, { to: 'elsewhere.x' }] }],
        relationships: [{ from: ['t.k', 't.l'], to: ['u.y'] }, { from: 't.k' }],
      },
      { name: 'u', physicalName: 'v', properties: [{ name: 'y' }] },
    );
    expect(problems.map(({ path, message }) => [path, message])).toEqual([
      [`${FIRST}.relationships[0].to`, 'names x, which u does not have. It has: y. Did you mean "y"?'],
      ['schema[0].relationships[0].from[1]', 'names l, which t does not have. It has: k. Did you mean "k"?'],
      ['schema[0].relationships[0].to', 'must name as many columns as from: 2, not 1.'],
      ['schema[0].relationships[1].to', expect.stringContaining('is required')],
    ]);
  });
});

describe('quality rules', () => {
  test.each<[object, string, RegExp]>([
    [{ metric: 'nullValue', mustBe: 0 }, '.metric', /one of nullValues.*Did you mean "nullValues"/],
    [{ type: 'library', mustBe: 0 }, '.metric', /a library rule needs a metric/],
    [{ type: 'sqll', query: 'x', mustBe: 0 }, '.type', /one of text, library, sql, custom/],
    [{ type: 'sql', mustBe: 0 }, '.query', /is required/],
    [{ type: 'custom', implementation: 'x' }, '.engine', /is required/],
    [{ type: 'custom', engine: 'soda', implementation: [1] }, '.implementation', /must be text or an object/],
    [{ metric: 'rowCount' }, '', /compares with nothing. Add one of mustBe/],
    [
      { metric: 'rowCount', mustBe: 1, mustNotBe: 2 },
      '.mustNotBe',
      /exactly one, and here are mustBe and mustNotBe/,
    ],
    [{ metric: 'rowCount', mustBe: 1, mustBeLess: 2 }, '.mustBeLess', /is no key of a quality rule/],
    [{ metric: 'rowCount', mustBeLessThan: 'x' }, '.mustBeLessThan', /must be a number/],
    [{ metric: 'rowCount', mustBeBetween: [3, 1] }, '.mustBeBetween', /the smaller one first/],
    [{ metric: 'rowCount', mustBeBetween: 3 }, '.mustBeBetween', /list of two numbers/],
    [{ metric: 'rowCount', mustBe: 3, unit: 'precent' }, '.unit', /rows or percent .*Did you mean "percent"/],
    [{ metric: 'rowCount', mustBe: 3, dimension: 'x' }, '.dimension', /one of accuracy/],
  ])('%j', (rule, path, message) => {
    expect(withSchema({ name: 't', quality: [rule] })).toEqual([
      expect.objectContaining({
        path: `schema[0].quality[0]${path}`,
        message: expect.stringMatching(message),
      }),
    ]);
  });

  test('v3.0 lets rules hold keys of their engine, but no misspelt operator', () => {
    const head = HEAD.join('\n').replace('v3.1.0', 'v3.0.2');
    const quality = [
      { rule: 'validValues', validValues: ['a'] },
      { rule: 'duplicateCount', mustBeLesThan: 3 },
    ];
    expect(problemsOf(`${head}\nschema: ${JSON.stringify([{ name: 't', quality }])}`)).toMatchObject([
      {
        path: 'schema[0].quality[1].mustBeLesThan',
        message: expect.stringContaining('Did you mean "mustBeLessThan"'),
      },
    ]);
  });
});

describe('service levels', () => {
  test.each<[object, string, RegExp]>([
    [{ property: 'latency', value: 'soon', unit: 'm' }, 'value', /must be a number above 0/],
    [{ property: 'latency', value: -1, unit: 'm' }, 'value', /must be a number above 0/],
    [{ property: 'latency', value: 4 }, 'value', /needs a unit/],
    [{ property: 'latency', value: 4, unit: 'mintes' }, 'unit', /no unit of time.*Did you mean "minutes"/],
    [{ property: 'retention', value: 4, unit: 'M' }, 'unit', /m \(minutes\).*mo \(months\)/],
    [{ property: 'retention', value: 4, unit: 'constructor' }, 'unit', /no unit of time/],
    [{ property: 'throughput', value: 4, unit: 'parsecs' }, 'unit', /is no rate/],
    [{ property: 'throughput', value: 4, unit: 'Mbit/s' }, 'unit', /is no rate/],
    [{ property: 'errorRate', value: 101 }, 'value', /from 0 to 100/],
    [{ property: 'errorRate', value: 2, unit: 'ratio' }, 'value', /from 0 to 1/],
    [{ property: 'errorRate', value: 2, unit: 'permille' }, 'unit', /must be percent or ratio/],
    [{ property: 'x', value: [1] }, 'value', /must be one value/],
    [{ property: 'x' }, 'value', /is required/],
    [{ property: 'x', value: 1, units: 's' }, 'units', /Did you mean "unit"/],
  ])('%j', (sla, path, message) => {
    expect(withSla(sla)).toEqual([
      expect.objectContaining({ path: `slaProperties[0].${path}`, message: expect.stringMatching(message) }),
    ]);
  });
});

test('one error lists every problem in document order, with line and column', () => {
  const text = [
    'apiVersion: v3.1.0',
    'kind: DataContract',
    'id: orders',
    'version: 1.0',
    'status: active',
    'schema:',
    '  - name: orders',
    '    properties:',
    '      - name: id',
    '        logicalType: strng',
    '      - name: at',
    '        logicalType: date',
    '        partitioned: true',
    '        customProperties:',
    '          - property: partitionTransform',
    '            value: hour',
  ];
  expect(() => DataContract.fromString(text.join('\n'), { fileName: 'orders.odcs.yaml' })).toThrow(
    new Error(
      [
        'orders.odcs.yaml: 3 problems in the data contract',
        '  orders.odcs.yaml:4:10 version = 1.0: must be text, not a number. Put it in quotes: "1.0".',
        '  orders.odcs.yaml:10:22 schema[0].properties[0].logicalType = "strng": must be one of string, date, ' +
          'timestamp, time, number, integer, object, array, boolean. Did you mean "string"?',
        '  orders.odcs.yaml:16:20 schema[0].properties[1].customProperties[0].value = "hour": does not apply to a ' +
          'column of type date: hour takes timestamps.',
      ].join('\n'),
    ),
  );
});
