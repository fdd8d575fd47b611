import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { openDuckDb, parquetFiles } from '../../../lib/local/duckdb';
import { RunLock } from '../../../lib/local/run/run-lock';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, COMMAND, contentOf, dataFiles, lakehouse, summaryOf } from './laptop';

optional(BUILT)('lakehouse run', () => {
  let directory: string;
  let contract: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "laptop [run]'*?-"));
    contract = file('orders.odcs.yaml', ORDERS_CONTRACT);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function file(name: string, content: string): string {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  }

  it('loses nothing: what the contract takes is in bronze, the rest in quarantine with its reason', async () => {
    const events = file(
      'orders.ndjson',
      [
        '{"id":9223372036854775807,"amount":12345678901234.5678,"at":"2024-01-01T00:00:00Z","paid":true,"note":"<b>"}',
        '',
        '<script>alert(1)</script>',
        '{"id":1,"amount":1.5,"colour":"red"}',
        '{"id":"one"}',
        '{"amount":1}',
        '{"id":2',
      ].join('\n'),
    );
    const out = join(directory, 'out');
    const { code, stdout, stderr } = lakehouse([
      'run',
      '--contract',
      contract,
      '--events',
      events,
      '--out',
      out,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('orders: 6 records') });
    expect(stdout).toContain('QuarantineRate');

    const summary = summaryOf(out);
    expect(summary).toMatchObject({
      product: 'orders',
      contract: { id: 'orders', version: '1.0.0' },
      events,
      records: {
        read: 6,
        accepted: 2,
        quarantined: 4,
        replayed: 0,
        quarantinedByReason: { 'invalid-json': 2, 'wrong-type': 1, 'missing-required': 1 },
      },
    });
    expect(summary.drift).toEqual({
      schemaHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      fields: 3,
      drifts: expect.arrayContaining([
        { kind: 'unknown-field', path: 'colour', found: 'string', critical: false },
        { kind: 'wrong-type', path: 'id', found: 'string', critical: false },
        { kind: 'missing-required', path: 'id', found: 'absent', critical: false },
      ]),
    });
    expect(stdout).toMatch(/drift +unknown-field +colour: string/);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<h3>Schema drift</h3>');
    const expected = { bronze: 2, silver: 2, quarantine: 4 };
    expect(summary.tables).toEqual(
      Object.entries(expected).map(([zone, count]) => ({
        zone,
        role: zone,
        table: 'orders',
        rows: count,
        snapshotId: expect.stringMatching(/^\d+$/),
        files: expect.any(Number),
        location: join(out, zone, 'orders'),
      })),
    );
    expect(summary.silver).toMatchObject({ increments: 1, rows: 2, upserted: 2, rejected: 0 });
    expect(summary.account).toEqual({
      bronze: 2,
      silver: 2,
      superseded: 0,
      deleted: 0,
      rejected: 0,
      difference: 0,
    });
    expect(summary.latencyMs.p99).toBeGreaterThan(0);
    expect(summary.alarms.find(({ path }) => path.includes('QuarantineRate'))?.state).toBe('ALARM');

    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(report).not.toContain('<script');
    expect(report).not.toMatch(/(src|href)="(?!#)/);

    const connection = (await openDuckDb(1))!;
    const rows = await connection.runAndReadAll(
      `SELECT id, amount::VARCHAR, _extra FROM ${parquetFiles(await dataFiles(join(out, 'bronze', 'orders')))} ORDER BY id`,
    );
    connection.closeSync();
    expect(rows.getRows()).toEqual([
      [1n, '1.5000', '{"colour":"red"}'],
      [9223372036854775807n, '12345678901234.5678', null],
    ]);
  });

  it('tells records that never were in bronze from rows of bronze that silver refused', () => {
    const keyless = file('keyless.odcs.yaml', ORDERS_CONTRACT.replace('required: true, ', ''));
    const events = file('orders.ndjson', '{"id":1}\n{"note":"no key"}\n{"id":null}\n{"id":"one"}\n');
    const out = join(directory, 'out');
    const run = (): string => {
      const { code, stdout } = lakehouse(['run', '--contract', keyless, '--events', events, '--out', out]);
      expect(code).toBe(0);
      return stdout;
    };
    const stdout = run();
    const { records, silver } = summaryOf(out);
    expect(records).toMatchObject({ accepted: 3, quarantined: 1, quarantinedByReason: { 'wrong-type': 1 } });
    expect(silver).toMatchObject({ rejected: 2, quarantinedByReason: { 'null-key': 2 } });
    expect(stdout).toMatch(/quarantined +1 {2}wrong-type\n/);
    expect(stdout).toMatch(/quarantined +2 {2}null-key \(rows of bronze, refused by silver\)\n/);
    expect(stdout).toContain('3 rows of bronze in 1 increment: ');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('null-key (by silver)');

    expect(run()).not.toMatch(/^  quarantined /m);
    expect(summaryOf(out).silver).toMatchObject({ rejected: 0, quarantinedByReason: {} });
  });

  it('adds nothing when it is fed the same again, and what is new when the file has grown', async () => {
    const rows = Array.from({ length: 500 }, (_, id) => `{"id":${id},"note":"n${id}"}`);
    const events = file('orders.ndjson', [...rows, '{"id":500,"not'].join('\n'));
    const out = join(directory, 'out');
    const run = (name: string): void =>
      expect(lakehouse(['run', '--contract', contract, '--events', name, '--out', out]).code).toBe(0);
    const bronze = join(out, 'bronze', 'orders');
    const quarantine = join(out, 'quarantine', 'orders');
    run(events);
    const content = await contentOf(bronze);
    const rejected = await contentOf(quarantine);
    expect([content.rows, rejected.rows]).toEqual([500, 1]);

    run(file('copy.ndjson', readFileSync(events, 'utf8')));
    expect(summaryOf(out).records).toMatchObject({ read: 501, accepted: 0, quarantined: 0, replayed: 501 });
    expect([await contentOf(bronze), await contentOf(quarantine)]).toEqual([content, rejected]);

    // The half line that went to quarantine is completed: now it is a record of its own.
    appendFileSync(events, 'e":"late"}\n{"id":501}\n');
    run(events);
    expect(summaryOf(out).records).toMatchObject({ read: 502, accepted: 2, quarantined: 0, replayed: 500 });
    expect((await contentOf(bronze)).rows).toBe(502);
  });

  it('takes CSV, typed by the contract', async () => {
    const events = file(
      'orders.csv',
      'id,amount,paid,note,at\n1,2.5,true,"a, b",2024-01-01T00:00:00Z\n007,1,no,,\n',
    );
    const out = join(directory, 'out');
    expect(lakehouse(['run', '--contract', contract, '--events', events, '--out', out]).code).toBe(0);
    expect(summaryOf(out).records).toMatchObject({ accepted: 1, quarantinedByReason: { 'wrong-type': 1 } });
  });

  it.each([
    ['a broken contract', 'kind: DataContract\nschema: 5\n', '[]', /orders\.odcs\.yaml/],
    [
      'an absent partition column',
      `${ORDERS_CONTRACT}`.replace('id: orders', 'id: 5\nversionn: 1'),
      '[]',
      /orders\.odcs\.yaml.*\n/,
    ],
    ['a truncated array', ORDERS_CONTRACT, '[{"id":1},{"id"', /events\.json: the file ends at byte 15/],
    ['an empty file', ORDERS_CONTRACT, '', /events\.json: the file is empty/],
  ])('ends with 2 and leaves no table for %s', (_name, text, content, message) => {
    file('orders.odcs.yaml', text);
    const out = join(directory, 'out');
    const result = lakehouse([
      'run',
      '--contract',
      contract,
      '--events',
      file('events.json', content),
      '--out',
      out,
    ]);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(out, 'bronze'))).toBe(false);
  });

  it('leaves no summary of an earlier run where a table cannot become what its contract asks for', () => {
    const events = file('orders.ndjson', '{"id":1}');
    const out = join(directory, 'out');
    const run = () => lakehouse(['run', '--contract', contract, '--events', events, '--out', out]);
    expect(run().code).toBe(0);
    file(
      'orders.odcs.yaml',
      ORDERS_CONTRACT.replace('name: note, logicalType: string', 'name: note, logicalType: boolean'),
    );
    expect(run()).toMatchObject({ code: 2, stderr: expect.stringMatching(/note.*cannot become/) });
    expect(existsSync(join(out, 'summary.json'))).toBe(false);
    expect(existsSync(join(out, 'report.html'))).toBe(false);
  });

  it('does not blame the contract where the disk takes no more', () => {
    const out = join(directory, 'out');
    const events = file('orders.ndjson', '{"id":1}');
    // No file of more than 15 KiB: the template is larger.
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-c',
        'ulimit -f 15; exec "$@"',
        'bash',
        process.execPath,
        COMMAND,
        'run',
        '--contract',
        contract,
        '--events',
        events,
        '--out',
        out,
      ],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/could not be synthesized: EFBIG/),
    });
  });

  it('says that a directory is in use', () => {
    const out = join(directory, 'out');
    const lock = RunLock.acquire(join(out, '.lakehouse', 'lock'));
    const result = lakehouse(['run', '--contract', contract, '--events', file('e.ndjson', ''), '--out', out]);
    lock.release();
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${process.pid}`) });
  });
});

optional(BUILT)('lakehouse', () => {
  it.each([
    [['run', '--contract', 'absent.yaml', '--events', 'e.ndjson'], 'absent.yaml: there is no such file'],
    [['run', '--events', 'e.ndjson'], '--events needs --contract FILE'],
    [['run', '--contract', 'c.yaml'], '--contract needs --events FILE'],
    [['run', '--contracts', 'c.yaml'], "Unknown option '--contracts'"],
    [['run', 'c.yaml'], 'c.yaml'],
    [['deploy'], '"deploy" is not a command. Allowed: run, serve, validate'],
    [['validate'], 'validate needs at least one contract'],
  ])('%j ends with 2', (args, message) => {
    expect(lakehouse(args, tmpdir())).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  it('explains itself', () => {
    expect(lakehouse(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--events FILE'),
    });
  });

  it('validates contracts: all problems of all files, and nothing but 0 or 2', () => {
    const directory = mkdtempSync(join(tmpdir(), 'validate-'));
    const path = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const good = path('good.yaml', ORDERS_CONTRACT);
    const bad = path('bad.yaml', ORDERS_CONTRACT.replace('logicalType: boolean', 'logicalType: bool'));
    const worse = path('worse.yaml', 'a: [');
    expect(lakehouse(['validate', good])).toMatchObject({
      code: 0,
      stdout: `${good}: valid, version 1.0.0: orders (5 properties)\n`,
      stderr: '',
    });
    const result = lakehouse(['validate', good, bad, worse]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('bad.yaml');
    expect(result.stderr).toContain('worse.yaml');
    rmSync(directory, { recursive: true });
  });
});
