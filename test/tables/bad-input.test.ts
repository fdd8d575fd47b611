import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeByKey } from '../../lambda/rows/merge';
import { rowsOfFile } from '../../lambda/rows/rows-of-file';
import { writeRows } from '../../lambda/rows/write-rows';
import { compact } from '../../lambda/rows/compaction';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { expireSnapshots } from '../../lambda/tables/expire-snapshots';
import type { IcebergTable } from '../../lambda/tables/iceberg-table';
import { readManifestList } from '../../lambda/tables/manifest-list';
import { openTable } from '../../lambda/tables/open-table';
import { overwrite } from '../../lambda/tables/overwrite';
import { dropRef, tagSnapshot } from '../../lambda/tables/refs';
import { appendRows, rowsOf } from './fixtures/rows';

const DEFINITION = {
  schema: {
    type: 'struct' as const,
    fields: [{ id: 1, name: 'id', required: true, type: 'long' }],
  },
  partitionSpec: { 'spec-id': 0, fields: [] },
  properties: { 'commit.manifest.min-count-to-merge': '2' },
};

let directory: string;
let uri: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bad-'));
  uri = `file://${directory}/t`;
  const { table } = await createOrEvolveTable(uri, DEFINITION);
  for (const id of [1, 2, 3]) await appendRows(table, [{ id }]);
});
afterEach(() => rmSync(directory, { recursive: true }));

const pathOf = (file: string) => file.replace('file://', '');
const newestMetadata = () => {
  const hint = readFileSync(`${directory}/t/metadata/version-hint.text`, 'utf8');
  return `${directory}/t/metadata/v${hint}.metadata.json`;
};

const OPERATIONS: Record<string, (table: IcebergTable) => Promise<unknown>> = {
  read: async (table) => {
    for (const file of await table.dataFiles()) for await (const _rows of rowsOfFile(table, file));
  },
  append: (table) => appendRows(table, [{ id: 9 }]),
  overwrite: async (table) =>
    overwrite(table, { removed: await table.dataFiles(), added: await writeRows(table, [{ id: 9 }]) }),
  merge: (table) => mergeByKey(table, { key: ['id'], upserts: [{ id: 1 }, { id: 2 }, { id: 3 }] }),
  compact: (table) => compact(table, { minFiles: 2 }),
  expire: (table) => expireSnapshots(table, { olderThan: Date.now() + 1000 }),
};

/** Damages the table; returns the file an error has to name. */
const DAMAGES: Record<string, { damage: () => Promise<string>; unharmed: string[] }> = {
  'a missing manifest list': {
    damage: async () => {
      const list = (await openTable(uri)).metadata.snapshots.at(-1)!['manifest-list'];
      rmSync(pathOf(list));
      return list;
    },
    unharmed: [],
  },
  'a corrupt manifest list': {
    damage: async () => {
      const list = (await openTable(uri)).metadata.snapshots.at(-1)!['manifest-list'];
      writeFileSync(pathOf(list), 'Obj\u0001 nonsense');
      return list;
    },
    unharmed: [],
  },
  'a corrupt manifest': {
    damage: async () => {
      const path = await aManifest();
      writeFileSync(pathOf(path), readFileSync(pathOf(path)).subarray(0, 200));
      return path;
    },
    unharmed: [],
  },
  'a missing manifest': {
    damage: async () => {
      const path = await aManifest();
      rmSync(pathOf(path));
      return path;
    },
    unharmed: [],
  },
  'a missing data file': {
    damage: async () => {
      const [{ filePath }] = await (await openTable(uri)).dataFiles();
      rmSync(pathOf(filePath));
      return filePath;
    },
    // They do not look into it.
    unharmed: ['append', 'overwrite', 'expire'],
  },
};

async function aManifest(): Promise<string> {
  const table = await openTable(uri);
  const list = await table.store.get(table.metadata.snapshots.at(-1)!['manifest-list']);
  return readManifestList(list)[0].manifest_path;
}

describe.each(Object.keys(DAMAGES))('%s', (name) => {
  const { damage, unharmed } = DAMAGES[name];
  test.each(Object.keys(OPERATIONS).filter((operation) => !unharmed.includes(operation)))(
    'is named to %s, and the table stays as it is',
    async (operation) => {
      const file = await damage();
      const table = await openTable(uri);
      const before = readFileSync(newestMetadata(), 'utf8');
      const { snapshots } = table.metadata;
      await OPERATIONS[operation](table).then(
        () => expect(['expire', 'append']).toContain(operation),
        (error: Error) => expect(error.message).toContain(file),
      );
      // Expiry forgets snapshots first; appending needs no manifest unless it merges. What they leave can be opened.
      const after = await openTable(uri);
      if (operation === 'expire' || operation === 'append')
        expect(after.metadata.snapshots.length).toBeLessThanOrEqual(snapshots.length + 1);
      else expect(readFileSync(newestMetadata(), 'utf8')).toBe(before);
    },
  );
});

describe('metadata that', () => {
  const change = (edit: (text: string) => string) => {
    const file = newestMetadata();
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
    return file;
  };

  test('is cut short is named, and nobody writes over it', async () => {
    const file = change((text) => text.slice(0, 500));
    await expect(openTable(uri)).rejects.toThrow(`file://${file} cannot be read`);
    await expect(createOrEvolveTable(uri, DEFINITION)).rejects.toThrow(`file://${file}`);
    expect(readFileSync(file, 'utf8')).toHaveLength(500);
  });

  test('is of format version 3 is named', async () => {
    const file = change((text) => text.replace('"format-version":2', '"format-version":3'));
    await expect(openTable(uri)).rejects.toThrow(`format version 3 cannot be read (file://${file})`);
  });

  test('is of format version 1 is read, and refused to every writer', async () => {
    const file = change((text) => text.replace('"format-version":2', '"format-version":1'));
    const before = readFileSync(file, 'utf8');
    const table = await openTable(uri);
    expect(await rowsOf(table)).toHaveLength(3);
    for (const operation of ['append', 'overwrite', 'merge', 'compact', 'expire'])
      await expect(OPERATIONS[operation](table)).rejects.toThrow('has format version 1');
    expect(readFileSync(newestMetadata(), 'utf8')).toBe(before);
  });

  test('names the location of another table is refused: a commit would end up over there', async () => {
    const file = change((text) => text.replaceAll(`file://${directory}/t`, `file://${directory}/other`));
    await expect(openTable(uri)).rejects.toThrow(
      `file://${file} is the metadata of a table at file://${directory}/other, not of ${uri}. Nothing was changed.`,
    );
  });

  test('writes the same location with a slash behind it is taken', async () => {
    change((text) =>
      text.replace(`"location":"file://${directory}/t"`, `"location":"file://${directory}/t/"`),
    );
    expect((await openTable(uri)).metadata.snapshots).toHaveLength(3);
  });

  test('has a partition transform nobody knows refuses rows, by the name of the transform', async () => {
    const field = '{"source-id":1,"field-id":1000,"name":"z","transform":"zorder[3]"}';
    const file = change((text) =>
      text.replace(
        '"partition-specs":[{"spec-id":0,"fields":[]',
        `"partition-specs":[{"spec-id":0,"fields":[${field}]`,
      ),
    );
    const before = readFileSync(file, 'utf8');
    const table = await openTable(uri);
    for (const operation of ['append', 'merge', 'read'])
      await expect(OPERATIONS[operation](table)).rejects.toThrow('Unknown partition transform "zorder[3]"');
    expect(readFileSync(newestMetadata(), 'utf8')).toBe(before);
  });
});

test('a clock that jumps back: no snapshot is older than the one before it', async () => {
  const table = await openTable(uri);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(1000);
  try {
    await appendRows(table, [{ id: 4 }]);
    await OPERATIONS.merge(table);
    await compact(table, { minFiles: 2 });
  } finally {
    clock.mockRestore();
  }
  const { metadata } = await openTable(uri);
  const times = metadata.snapshots.map((snapshot) => snapshot['timestamp-ms']);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const log = metadata['snapshot-log'].map((entry) => entry['timestamp-ms']);
  expect(log).toEqual([...log].sort((a, b) => a - b));
  expect(metadata['last-updated-ms']).toBeGreaterThanOrEqual(times.at(-1)!);
});

describe('branches and tags', () => {
  test('a tag names a snapshot, is kept by expiry, and is forgotten when dropped', async () => {
    const table = await openTable(uri);
    const [first] = table.metadata.snapshots;
    await tagSnapshot(table, { name: 'audit', snapshotId: first['snapshot-id'] });
    await tagSnapshot(table, { name: 'now' });
    await expireSnapshots(table, { olderThan: Date.now() + 1000 });
    const opened = await openTable(uri);
    expect(await rowsOf(opened, opened.snapshotOf('audit'))).toHaveLength(1);
    expect(await rowsOf(opened, opened.snapshotOf('now'))).toHaveLength(3);
    expect(await rowsOf(opened, opened.snapshotOf('main'))).toHaveLength(3);
    await dropRef(opened, 'audit');
    expect(() => opened.snapshotOf('audit')).toThrow('has no branch or tag "audit". It has: main, now.');
    const { expired } = await expireSnapshots(opened, { olderThan: Date.now() + 1000 });
    expect(expired).toEqual([first['snapshot-id']]);
  });

  test('a tag older than its age goes with expiry', async () => {
    const table = await openTable(uri);
    await tagSnapshot(table, {
      name: 'brief',
      snapshotId: table.metadata.snapshots[0]['snapshot-id'],
      maxAgeMs: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expireSnapshots(table, { olderThan: Date.now() + 1000 });
    expect(Object.keys((await openTable(uri)).metadata.refs)).toEqual(['main']);
  });

  test('what cannot be is refused', async () => {
    const table = await openTable(uri);
    await expect(tagSnapshot(table, { name: 'main' })).rejects.toThrow('"main" is a branch');
    await expect(tagSnapshot(table, { name: 'x', snapshotId: 7 })).rejects.toThrow('has no snapshot 7');
    await expect(dropRef(table, 'main')).rejects.toThrow('cannot be dropped');
    const { table: empty } = await createOrEvolveTable(`file://${directory}/empty`, DEFINITION);
    await expect(tagSnapshot(empty, { name: 'x' })).rejects.toThrow('no snapshot yet');
  });
});
