import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FileStore } from '../../lambda/stores/file-store';
import { createOrEvolveTable } from '../../lambda/tables/create-table';
import { openTable } from '../../lambda/tables/open-table';
import { REAL_PACING } from '../../lambda/tables/table-state';
import { ingest, recordsOf, SCHEMA, UNPARTITIONED, upTo } from './fixtures/lanes';
import { CATALOGS, newWorld } from './fixtures/worlds';

describe.each(Object.keys(CATALOGS))('16 writers in one process, %s catalog', (catalog) => {
  test('on lanes of their own, all get in', async () => {
    const world = await newWorld(CATALOGS[catalog], {}, REAL_PACING);
    const writers = await Promise.all(Array.from({ length: 16 }, () => world.open()));
    await Promise.all(
      writers.map(async ({ table, store }, index) => {
        for (let first = 0; first < 15; first += 5)
          await ingest(table, store, { lane: `lane ${index}`, first, last: first + 4 });
      }),
    );
    const { table } = await world.open();
    const lanes = Array.from({ length: 16 }, (_, index) => [`lane ${index}`, upTo(15)]);
    expect(await recordsOf(table, world.store)).toEqual(Object.fromEntries(lanes));
    expect(table.metadata.snapshots).toHaveLength(48);
  });

  test('on the same lane, each record gets in once', async () => {
    const world = await newWorld(CATALOGS[catalog], {}, REAL_PACING);
    const writers = await Promise.all(Array.from({ length: 16 }, () => world.open()));
    await Promise.all(
      writers.map(async ({ table, store }, index) => {
        // Each cuts the lane into batches of another size.
        for (let first = 0; first < 40; first += index + 1) {
          await ingest(table, store, { lane: 'a', first, last: Math.min(39, first + index) });
        }
      }),
    );
    const { table } = await world.open();
    expect(await recordsOf(table, world.store)).toEqual({ a: upTo(40) });
  });
});

describe('4 processes over one directory, killed again and again', () => {
  const directory = mkdtempSync(join(tmpdir(), 'processes-'));
  const program = join(directory, 'writer.js');
  const running = new Set<ChildProcess>();
  beforeAll(() => {
    buildSync({
      entryPoints: [join(__dirname, 'fixtures', 'writer-process.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      external: ['@aws-sdk/*'],
    });
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  /** Runs until `kill` commits are done and then some microseconds; resolves to whether the writer came to its end. */
  const run = (uri: string, lane: string, killAfter: number) =>
    new Promise<boolean>((resolve, reject) => {
      const child = spawn(process.execPath, [program, uri, lane], { stdio: ['ignore', 'pipe', 'inherit'] });
      running.add(child);
      let commits = 0;
      createInterface(child.stdout).on('line', () => {
        if (++commits === killAfter) setTimeout(() => child.kill('SIGKILL'), Math.random() * 8);
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        running.delete(child);
        if (code === 0) resolve(true);
        else if (signal === 'SIGKILL') resolve(false);
        else reject(new Error(`The writer of ${lane} ended with ${code ?? signal}.`));
      });
    });

  test('every record is in the table once, and the table opens', async () => {
    const uri = `file://${directory}/orders`;
    const { table } = await createOrEvolveTable(uri, {
      schema: SCHEMA,
      partitionSpec: UNPARTITIONED,
      properties: { 'commit.manifest.min-count-to-merge': '4', 'write.metadata.previous-versions-max': '5' },
    });
    let kills = 0;
    await Promise.all(
      ['a', 'b', 'shared', 'shared'].map(async (lane) => {
        for (let killAfter = 2; !(await run(uri, lane, killAfter)); killAfter += 3) kills++;
      }),
    );
    expect(kills).toBeGreaterThan(4);
    const fresh = await openTable(table.uri);
    expect(await recordsOf(fresh, new FileStore())).toEqual({ a: upTo(60), b: upTo(60), shared: upTo(60) });
  });
});
