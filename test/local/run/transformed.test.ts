import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optional } from '../../skip';
import { ORDERS_CONTRACT } from './contract';
import { BUILT, lakehouse, summaryOf } from './laptop';

const TRANSFORM = `export default (order) => {
  if (order.note === 'nothing') return null;
  if (order.note === 'three') return [1, 2, 3].map((n) => ({ ...order, amount: n }));
  if (order.note === 'fails') throw new Error('no');
  return order;
};
`;

optional(BUILT)('lakehouse run with a transform', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'transformed-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('counts records that were dropped, and those of which several rows were made, as what they are', () => {
    const file = (name: string, content: string): string => {
      writeFileSync(join(directory, name), content);
      return join(directory, name);
    };
    const notes = ['one', 'nothing', 'three', 'nothing', 'fails', 'one'];
    const out = join(directory, 'out');
    const args = [
      'run',
      '--contract',
      file('orders.odcs.yaml', ORDERS_CONTRACT.replace(', primaryKey: true, primaryKeyPosition: 1', '')),
      '--events',
      file('orders.ndjson', notes.map((note, id) => JSON.stringify({ id, note })).join('\n')),
      '--transform',
      file('transform.mjs', TRANSFORM),
      '--out',
      out,
    ];
    const { code, stdout, stderr } = lakehouse(args);
    expect(stderr).toContain('orders: 6 records');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/dropped +2 {2}by the transform/),
    });
    const { records, account } = summaryOf(out);
    expect(records).toMatchObject({ read: 6, accepted: 3, dropped: 2, quarantined: 1, replayed: 0 });
    expect(account).toMatchObject({ bronze: 5, silver: 5, superseded: 0, difference: 0 });

    expect(lakehouse(args).code).toBe(0);
    expect(summaryOf(out).records).toMatchObject({ read: 6, accepted: 0, quarantined: 0 });
    expect(summaryOf(out).account).toEqual(account);
  });
});
