import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { RunLock } from '../../../lib/local/run/run-lock';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, contentOf, dataFiles, lakehouse, summaryOf } from './laptop';

const RUNS = 5;

optional(BUILT)('lakehouse maintain', () => {
  let directory: string;
  let out: string;
  let bronze: string;
  const run = () =>
    lakehouse([
      'run',
      '--contract',
      join(directory, 'orders.odcs.yaml'),
      '--events',
      join(directory, 'orders.ndjson'),
      '--out',
      out,
    ]);
  const maintain = (...options: string[]) => lakehouse(['maintain', '--out', out, ...options]);

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "maintain [run]'*?-"));
    out = join(directory, 'out');
    bronze = join(out, 'bronze', 'orders');
    writeFileSync(join(directory, 'orders.odcs.yaml'), ORDERS_CONTRACT);
    for (let i = 0; i < RUNS; i++) {
      appendFileSync(join(directory, 'orders.ndjson'), `{"id":${i},"amount":1.5}\n{"id":"no. ${i}"}\n`);
      run();
    }
  }, 120_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  const everyFile = () => readdirSync(out, { recursive: true, encoding: 'utf8' }).filter(isOfTable).sort();
  const isOfTable = (file: string) => !file.startsWith('.lakehouse');

  it('changes nothing in a dry run', () => {
    const before = everyFile();
    const { code, stdout } = maintain('--dry-run', '--keep-last', '1', '--older-than', '0');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Nothing was changed.') });
    expect(everyFile()).toEqual(before);
  });

  it('keeps young snapshots unless told otherwise', async () => {
    const before = await contentOf(bronze);
    const files = await dataFiles(bronze);
    expect(files.length).toBeGreaterThanOrEqual(RUNS);
    const { code, stdout, stderr } = maintain();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`bronze/orders +${files.length} → 1 +0 +0 `));
    expect(stdout).toMatch(/quarantine\/orders +5 → 1 /);
    expect(await contentOf(bronze)).toEqual(before);
    // What young snapshots use is still there.
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('expires what it is told to and frees its files; the same events still add nothing', async () => {
    const before = await contentOf(bronze);
    const filesBefore = everyFile().length;
    const { code, stdout } = maintain('--keep-last', '1', '--older-than', '0');
    expect(code).toBe(0);
    expect(stdout).toMatch(/bronze\/orders +1 → 1 +[1-9]/);
    expect(everyFile().length).toBeLessThan(filesBefore);
    expect(await contentOf(bronze)).toEqual(before);
    expect(run().code).toBe(0);
    expect(summaryOf(out).records).toMatchObject({ accepted: 0, quarantined: 0, replayed: 2 * RUNS });
    expect(await contentOf(bronze)).toEqual(before);
  });

  it('waits for nobody: a directory in use is left alone', () => {
    const lock = RunLock.acquire(join(out, '.lakehouse', 'lock'));
    const { code, stderr } = maintain();
    lock.release();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('in use by another run') });
  });

  it('maintains the other tables when one is broken, and ends with 1', () => {
    const broken = join(out, 'bronze', 'broken');
    writeBrokenMetadata(broken);
    const { code, stdout, stderr } = maintain();
    rmSync(broken, { recursive: true });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^bronze\/broken: open: /) });
    expect(stdout).toMatch(/quarantine\/orders +1 → 1 /);
  });

  it.each([
    [[], /maintain needs --out DIR/],
    [['--out', '/nowhere/at/all'], /holds no tables/],
    [['--out', '.', '--keep-last', '0'], /--keep-last is "0"\. Allowed: a number from 1/],
    [['--out', '.', '--older-than', 'soon'], /--older-than is "soon"/],
    [['--out', '.', '--all'], /--all/],
  ])('refuses %j with 2', (args, reason) => {
    const { code, stderr } = lakehouse(['maintain', ...args], directory);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(reason) });
  });
});

function writeBrokenMetadata(table: string): void {
  mkdirSync(join(table, 'metadata'), { recursive: true });
  writeFileSync(join(table, 'metadata', 'version-hint.text'), '1');
  writeFileSync(join(table, 'metadata', 'v1.metadata.json'), '{');
}
