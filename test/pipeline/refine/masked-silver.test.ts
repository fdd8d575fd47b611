import { MaskingKey } from '../../../lambda/pipeline/masking/masking-key';
import { rowMasks } from '../../../lambda/pipeline/masking/row-masks';
import type { ColumnMask } from '../../../lib/contract/masking/mask-spec';
import { KEYED, SilverLake, type Happening } from './silver-lake';

const key = new MaskingKey('thirty-two characters, of no use');
const other = new MaskingKey('thirty-two characters, other ones');
const ID: ColumnMask = { path: ['id'], type: 'long', mask: { kind: 'tokenize' } };
const happening = (id: number, position: number, op: 'U' | 'D' = 'U'): Happening => ({
  id,
  at: position,
  op,
  lane: 'a',
  position,
});

async function lakeOf(...happenings: Happening[]): Promise<SilverLake> {
  const lake = await new SilverLake(KEYED).create();
  await lake.deliver(happenings);
  return lake;
}

test('a key that is masked merges, deletes and buries as the key does', async () => {
  const lake = await lakeOf(happening(1, 1), happening(2, 2), happening(1, 3));
  const masks = rowMasks([ID], key);
  await lake.refine({ masks });
  await lake.deliver([happening(2, 5, 'D'), happening(1, 4)]);
  await lake.refine({ masks });
  await lake.deliver([happening(2, 7), happening(2, 6)]);
  const report = await lake.refine({ masks });
  expect(report).toMatchObject({ rows: 2, upserted: 1, superseded: 1 });
  const token = (id: bigint) => masks.columns[0].value(id);
  expect((await lake.rows('silver')).map(({ id, _position }) => [id, _position]).sort()).toEqual(
    [
      [token(1n), '4'],
      [token(2n), '7'],
    ].sort(),
  );
  expect((await lake.rows('tombstones')).map(({ id }) => id)).toEqual([token(2n)]);
  expect(token(1n)).not.toBe(1n);
});

test('what cannot enter silver is judged before it is masked, and is in quarantine as it came', async () => {
  const lake = await lakeOf(happening(7, 1));
  await lake.refine({
    masks: rowMasks([ID], key),
    gate: () => (rows) => ({
      accepted: [],
      rejected: rows.map((row) => ({ row, reason: { code: 'quality-gate' as never, message: '' } })),
    }),
  });
  const [{ payload }] = await lake.rows('quarantine');
  expect(JSON.parse(Buffer.from(payload as Uint8Array).toString())).toMatchObject({ id: 7 });
});

describe('silver keeps how it was masked, and what differs is refused', () => {
  const REMEDY =
    'Rows masked in two ways do not meet. Undo the change, or have silver made anew from bronze: drop the tables of silver ' +
    'and of its tombstones and deploy, or give the schema object another physicalName.';
  const OP: ColumnMask = { path: ['op'], type: 'string', mask: { kind: 'hash' } };

  it.each<[string, ColumnMask[] | undefined, ColumnMask[] | undefined, MaskingKey, string]>([
    [
      'another key',
      [ID],
      [ID],
      other,
      `its rows were masked with key ${key.id}, and the secret now holds key ${other.id}.`,
    ],
    [
      'another mask',
      [ID],
      [{ ...ID, mask: { kind: 'redact' } }],
      key,
      'the mask of id was tokenize (long), and is redact now.',
    ],
    ['no mask any more', [ID], undefined, key, 'the mask of id was tokenize (long), and is none now.'],
    ['one mask fewer', [ID, OP], [ID], key, 'the mask of op was hash, and is none now.'],
    ['one more', [ID], [ID, OP], key, "the rows' op is not masked, and the contract now masks it."],
    ['the first', undefined, [ID], key, 'its rows are not masked, and the contract now masks id.'],
  ])('%s', async (_, before, after, now, fault) => {
    const lake = await lakeOf(happening(1, 1));
    await lake.refine({ masks: before && rowMasks(before, key) });
    await lake.deliver([happening(2, 2)]);
    const run = lake.refine({ masks: after && rowMasks(after, now) });
    await expect(run).rejects.toThrow(new Error(`s3://lake/silver: ${fault} ${REMEDY}`));
    expect(await lake.positions('silver')).toEqual(['a:1']);
  });

  it('the same again goes on', async () => {
    const lake = await lakeOf(happening(1, 1));
    await lake.refine({ masks: rowMasks([ID], key) });
    await lake.deliver([happening(2, 2)]);
    await lake.refine({ masks: rowMasks([ID], new MaskingKey('thirty-two characters, of no use')) });
    expect(await lake.positions('silver')).toEqual(['a:1', 'a:2']);
    const stored = (await lake.open('silver')).property('lakehouse.masking')!;
    expect(JSON.parse(stored)).toEqual({ key: key.id, masks: { id: 'tokenize (long)' }, lastColumnId: 6 });
  });
});

test('a secret that is too short is no key', () => {
  expect(() => new MaskingKey('short')).toThrow(
    'The masking key cannot be used: it has 5 characters. Give 32 random ones or more.',
  );
});
