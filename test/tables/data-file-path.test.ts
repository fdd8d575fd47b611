import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';

const directory = mkdtempSync(join(tmpdir(), 'data-file-path-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function pathOf(value: string): Promise<string> {
  const uri = `file://${join(directory, 'table')}`;
  await createOrEvolveTable(uri, {
    schema: { type: 'struct', fields: [{ id: 1, name: 'kind', required: false, type: 'string' }] },
    partitionSpec: {
      'spec-id': 0,
      fields: [{ 'source-id': 1, 'field-id': 1000, name: 'kind', transform: 'identity' }],
    },
  });
  return (await openTable(uri)).newDataFilePath([value]);
}

test.each(['x'.repeat(10_000), '日'.repeat(300), '😀'.repeat(300)])(
  'the directory of a very long partition value is a name file systems take',
  async (value) => {
    const name = basename(dirname(await pathOf(value)));
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^kind=/);
  },
);

test.each(['..', 'a/b', '../../etc', 'a b=c%2F', '\u0000'])(
  'the partition value %j stays within one directory',
  async (value) => {
    const path = await pathOf(value);
    expect(dirname(dirname(path))).toMatch(/table\/data$/);
    expect(basename(dirname(path))).toMatch(/^kind=[A-Za-z0-9_.=-]+$/);
  },
);
