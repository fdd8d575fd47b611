import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DataContract, GateDecision } from '../../../lib/contract';
import { literal, openDuckDb } from '../../../lib/local/duckdb';
import { evaluateGates, gatesOf } from '../../../lib/local/run/quality-gates';
import { profileTable } from '../../../lib/local/run/table-profile';
import { optional } from '../../skip';
import { BUILT, lakehouse, summaryOf } from './laptop';

const CONTRACT = `
apiVersion: v3.1.0
kind: DataContract
id: readings
version: 1.0.0
status: active
schema:
  - name: readings
    quality:
      - { id: any, metric: rowCount, mustBeGreaterThan: 0, severity: error }
      - { id: positive, type: sql, query: 'SELECT count(*) FROM readings WHERE level < 0', mustBe: 0 }
      - { id: unsound, type: sql, query: 'SELECT count(*) FROM elsewhere', mustBe: 0 }
    properties:
      - { name: sensor, logicalType: string }
      - name: level
        logicalType: number
        quality: [{ id: present, name: '<b>present</b>', metric: nullValues, unit: percent, mustBeLessOrEqualTo: 50, severity: error }]
      - name: place
        logicalType: object
        properties: [{ name: city, logicalType: string, quality: [{ id: city, metric: nullValues, mustBe: 0 }] }]
`;

describe('gates over a bronze table', () => {
  let directory: string;
  let connection: DuckDBConnection;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gates-'));
    connection = (await openDuckDb(1))!;
  });
  afterEach(() => {
    connection.closeSync();
    rmSync(directory, { recursive: true });
  });

  async function outcomes(rows?: string): Promise<string[][]> {
    const file = join(directory, 'data.parquet');
    if (rows !== undefined) await connection.run(`COPY (${rows}) TO ${literal(file)} (FORMAT parquet)`);
    const table = {
      zone: 'bronze',
      table: 'readings',
      location: directory,
      rows: 0,
      files: rows === undefined ? [] : [file],
      bytes: 0,
      snapshots: [],
    };
    const { gates, decision } = await evaluateGates(DataContract.fromString(CONTRACT), table, connection);
    return [...gates.map(({ rule, outcome, value }) => [rule, outcome, value ?? '']), [decision]];
  }

  it('are measured, and one whose query fails does not keep the others from it', async () => {
    expect(
      await outcomes(
        "SELECT 's' AS sensor, unnest([1.0, -1, NULL, NULL])::DOUBLE AS level, {city: 'Oslo'} AS place",
      ),
    ).toEqual([
      ['any', 'passed', '4'],
      ['positive', 'failed', '1'],
      ['unsound', 'not-evaluated', ''],
      ['present', 'passed', '2'],
      ['city', 'passed', '0'],
      [GateDecision.PROCEED],
    ]);
  });

  it('count an empty table as one', async () => {
    expect(await outcomes()).toEqual([
      ['any', 'failed', '0'],
      ['positive', 'passed', '0'],
      ['unsound', 'not-evaluated', ''],
      ['present', 'passed', '0'],
      ['city', 'passed', '0'],
      [GateDecision.HALT],
    ]);
  });

  it('see a column no data file has yet as null', async () => {
    expect(await outcomes("SELECT 's' AS sensor FROM range(3)")).toEqual([
      ['any', 'passed', '3'],
      ['positive', 'passed', '0'],
      ['unsound', 'not-evaluated', ''],
      ['present', 'failed', '3'],
      ['city', 'failed', '3'],
      [GateDecision.HALT],
    ]);
  });

  it('are shut where there is nothing to measure them with', async () => {
    const table = {
      zone: 'bronze',
      table: 'readings',
      location: '',
      rows: 0,
      files: [],
      bytes: 0,
      snapshots: [],
    };
    const { gates, decision } = await evaluateGates(DataContract.fromString(CONTRACT), table, undefined);
    expect(gates[0]).toMatchObject({
      outcome: 'not-evaluated',
      reason: expect.stringContaining('npm install'),
    });
    expect(decision).toBe(GateDecision.HALT);
  });

  it('are shut over files that cannot be read', async () => {
    const file = join(directory, 'broken.parquet');
    writeFileSync(file, 'PAR1');
    const table = {
      zone: 'bronze',
      table: 'readings',
      location: '',
      rows: 0,
      files: [file],
      bytes: 4,
      snapshots: [],
    };
    const contract = DataContract.fromString(CONTRACT);
    const { gates, decision } = await evaluateGates(contract, table, connection);
    expect(gates[0]).toMatchObject({
      outcome: 'not-evaluated',
      reason: expect.stringContaining('broken.parquet'),
    });
    expect(decision).toBe(GateDecision.HALT);
    expect(await profileTable(contract, table, connection)).toEqual([]);
  });

  it('that nobody knows make the contract unusable', () => {
    const contract = CONTRACT.replace(
      "name: '<b>present</b>'",
      'customProperties: [{ property: gate, value: stop }]',
    );
    expect(() => gatesOf(DataContract.fromString(contract))).toThrow(
      'contract readings: Quality rule present: gate is "stop"',
    );
  });
});

optional(BUILT)('lakehouse run', () => {
  it('ends well and says HALT when a gate is shut; every result is in the summary and the report', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gates-run-'));
    const [contract, events, out] = ['readings.odcs.yaml', 'readings.ndjson', 'out'].map((name) =>
      join(directory, name),
    );
    writeFileSync(contract, CONTRACT);
    writeFileSync(
      events,
      '{"sensor":"a","level":1,"place":{"city":"Oslo"}}\n{"sensor":"b"}\n{"sensor":"c"}\n',
    );
    const { code, stdout } = lakehouse(['run', '--contract', contract, '--events', events, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/readings .* HALT: 5 of 10 passed/);
    expect(stdout).toContain('2 of 3 rows hold null (66.6666… %); it must be at most 50 % (halt)');
    expect(stdout).toContain('  HALT  ');
    const summary = summaryOf(out);
    expect(summary.decision).toBe('halt');
    // Silver has none of the rows: its gates are those over nothing.
    const gates = summary.gates.filter(({ zone }) => zone === 'bronze');
    expect(summary.gates).toHaveLength(2 * gates.length);
    expect(gates.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      ['any', 'passed'],
      ['positive', 'passed'],
      ['unsound', 'not-evaluated'],
      ['present', 'failed'],
      ['city', 'failed'],
    ]);
    expect(gates[3]).toMatchObject({
      column: 'level',
      value: '2',
      total: '3',
      threshold: ['50'],
      mode: 'halt',
    });
    expect(summary.profile.map(({ column, nulls, distincts }) => [column, nulls, distincts])).toEqual([
      ['sensor', '0', '3'],
      ['level', '2', '1'],
      ['place', '2', undefined],
      ['place.city', '2', '1'],
    ]);
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('>HALT</span>');
    expect(report).toContain('&lt;b&gt;present&lt;/b&gt;');
    rmSync(directory, { recursive: true });
  });
});
