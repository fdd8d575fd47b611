import fc from 'fast-check';
import { BranchSql } from '../../../lib/contract';

const props = {
  catalogName: 'glue_catalog',
  databaseName: 'sales_gold',
  tableName: 'orders',
  branchName: 'release-2024',
};
const branch = new BranchSql(props);

test('the statements', () => {
  expect(branch.createOrReplace()).toBe(
    'ALTER TABLE `glue_catalog`.`sales_gold`.`orders` CREATE OR REPLACE BRANCH `release-2024`',
  );
  expect(
    branch.createOrReplace('9223372036854775807', { retainDays: 7, minSnapshots: 3, snapshotDays: 2 }),
  ).toBe(
    'ALTER TABLE `glue_catalog`.`sales_gold`.`orders` CREATE OR REPLACE BRANCH `release-2024` AS OF VERSION 9223372036854775807 RETAIN 7 DAYS WITH SNAPSHOT RETENTION 3 SNAPSHOTS 2 DAYS',
  );
  expect(branch.createOrReplace('1', { snapshotDays: 2 })).toMatch(
    / AS OF VERSION 1 WITH SNAPSHOT RETENTION 2 DAYS$/,
  );
  expect(branch.fastForward()).toBe(
    "CALL `glue_catalog`.system.fast_forward(table => '`sales_gold`.`orders`', branch => 'main', to => 'release-2024')",
  );
  expect(branch.drop()).toBe(
    'ALTER TABLE `glue_catalog`.`sales_gold`.`orders` DROP BRANCH IF EXISTS `release-2024`',
  );
});

test('whatever a name is, it stays a name', () => {
  const name = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(name, name, name, name, (catalogName, databaseName, tableName, branchName) => {
      const hostile = new BranchSql({ catalogName, databaseName, tableName, branchName });
      // Spark's lexer: a quoted name ends at a backtick that is not two; a text at a quote that no backslash is before.
      const skeleton = (sql: string) => sql.replace(/`(?:[^`]|``)*`/g, 'N');
      expect(skeleton(hostile.createOrReplace('1'))).toBe(
        'ALTER TABLE N.N.N CREATE OR REPLACE BRANCH N AS OF VERSION 1',
      );
      expect(skeleton(hostile.drop())).toBe('ALTER TABLE N.N.N DROP BRANCH IF EXISTS N');
      const call = hostile
        .fastForward()
        .slice(`\`${catalogName.replace(/`/g, '``')}\``.length + 'CALL '.length);
      expect(call.replace(/'(?:[^'\\]|\\[^])*'/g, 'T')).toBe(
        '.system.fast_forward(table => T, branch => T, to => T)',
      );
    }),
  );
});

test.each<[string, () => unknown, string]>([
  [
    'a snapshot id that is none',
    () => branch.createOrReplace('1; DROP TABLE x'),
    'The snapshot id "1; DROP TABLE x" is none. Allowed: decimal digits, 19 at most.',
  ],
  [
    'a retention of nothing',
    () => branch.createOrReplace('1', { retainDays: 0 }),
    'retainDays is 0. Allowed: a whole number of at least 1.',
  ],
  [
    'half a snapshot',
    () => branch.createOrReplace('1', { minSnapshots: 1.5 }),
    'minSnapshots is 1.5. Allowed: a whole number of at least 1.',
  ],
  [
    'an empty name',
    () => new BranchSql({ ...props, branchName: '' }),
    'branchName is empty. Name the catalog, the database, the table and the branch.',
  ],
])('%s is refused', (_title, make, message) => {
  expect(make).toThrow(message);
});
