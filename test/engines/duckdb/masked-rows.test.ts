import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import type { IcebergField } from '../../../lib/contract/iceberg-types';
import { DuckDbIncrementEngine } from '../../../lambda/engines/duckdb/increment-engine';
import { MaskingKey } from '../../../lambda/pipeline/masking/masking-key';
import { rowMasks } from '../../../lambda/pipeline/masking/row-masks';
import { refine, type RefineOptions } from '../../../lambda/pipeline/refine/refine';
import { RowEngine } from '../../../lambda/pipeline/refine/row-engine';
import { appendRows, rowsOf } from '../../tables/fixtures/rows';
import { workbench } from './duckdb';
import { EDGE_ROWS, EVERY_TYPE, exactTexts } from './every-type';

const bench = workbench();
const field = (id: number, name: string, type: string): IcebergField => ({ id, name, type, required: true });
const PROVENANCE = [
  field(31, '_lane', 'string'),
  field(32, '_position', 'string'),
  field(33, '_arrived_at', 'timestamptz'),
];
const SCHEMA = { ...EVERY_TYPE, fields: [...EVERY_TYPE.fields, ...PROVENANCE] };
const key = new MaskingKey('thirty-two characters, of no use');

const on = (path: string[], type: string, mask: ColumnMask['mask']): ColumnMask => ({ path, type, mask });
const HASH = { kind: 'hash' } as const;
const TOKEN = { kind: 'tokenize' } as const;
const redact = (constant?: string) => ({ kind: 'redact', constant }) as const;
const keepFirst = (characters: number) => ({ kind: 'keepFirst', characters }) as const;
const TEXT = 'the "text"';
const SETS: [string, ColumnMask[]][] = [
  [
    'hashes, parts and constants',
    [
      ...[on([TEXT], 'string', HASH), on(['uuid'], 'uuid', HASH), on(['bytes'], 'binary', HASH)],
      ...[on(['tags', '[]'], 'string', HASH), on(['device', 'os'], 'string', keepFirst(2))],
      ...[on(['yes'], 'boolean', redact('false')), on(['i'], 'int', redact('-7'))],
      ...[on(['f'], 'float', redact('0.1')), on(['d'], 'double', redact('2.5'))],
      on(['day'], 'date', redact('1900-01-01')),
    ],
  ],
  [
    'tokens',
    [
      ...[on(['id'], 'long', TOKEN), on(['i'], 'int', TOKEN), on([TEXT], 'string', TOKEN)],
      ...[on(['uuid'], 'uuid', TOKEN), on(['bytes'], 'binary', TOKEN)],
      ...[on(['device', 'screens', '[]', 'width'], 'int', TOKEN), on(['tags', '[]'], 'string', keepFirst(1))],
    ],
  ],
  [
    'nothing that is left',
    EVERY_TYPE.fields
      .filter(({ name }) => name !== 'id')
      .map(({ name, type }) => on([name], typeof type === 'string' ? type : type.type, redact())),
  ],
];

describe.each(SETS)('masked by %s', (_, columns) => {
  it.each<[string, Partial<RefineOptions>]>([
    ['in SQL', {}],
    ['after code', { gate: () => (rows) => ({ accepted: rows, rejected: [] }) }],
  ])('rows of every type come to the same by row and %s', async (_how, options) => {
    const contents: string[][] = [];
    for (const engine of [
      new RowEngine(),
      new DuckDbIncrementEngine({ memoryMiB: 128, threads: 2, scratch: bench.directory }, 3),
    ]) {
      const tables = { bronze: await bench.newTable(SCHEMA), silver: await bench.newTable(SCHEMA) };
      for (const from of [0, 2]) {
        const rows = EDGE_ROWS.slice(from).map((row, i) => ({
          ...row,
          _lane: 'lane',
          _position: String(from * 10 + i),
          _arrived_at: BigInt(from),
        }));
        await appendRows(tables.bronze, rows);
        await refine(tables, {
          refinement: { key: ['id'] },
          engine,
          masks: rowMasks(columns, key),
          maxBytes: Infinity,
          contract: { contractId: 'edges', contractVersion: '1.0.0' },
          now: () => 0,
          ...options,
        });
        contents.push(exactTexts(await rowsOf(tables.silver)));
      }
    }
    expect(contents.slice(2)).toEqual(contents.slice(0, 2));
    expect(contents[1]).toHaveLength(EDGE_ROWS.length);
  });
});
