import { columnLineage } from '../../lib/contract/transform/column-lineage';

const inputs = [
  { name: 'orders', columns: ['id', 'customer_id', 'total', 'placed_at', 'date', 'address'] },
  { name: 'customers', columns: ['id', 'name'] },
];
const lineage = (sql: string) => {
  const found = columnLineage(sql, inputs);
  return (
    found &&
    Object.fromEntries(
      [...found].map(([name, sources]) => [
        name,
        sources.map(({ input, column, how }) => `${how} ${input}.${column}`),
      ]),
    )
  );
};

test('columns as they are, expressions and aggregates, through aliases and quoted names', () => {
  expect(
    lineage(`SELECT c.name AS customer, "total" AS "Total", sum(o.total) - min(total) AS spread, -- a comment, with a comma
      CAST(placed_at AS DATE) AS day, extract(hour FROM placed_at) AS hour, count(*) AS n, 'total' AS word, o.address.city AS city
      FROM orders AS o LEFT JOIN customers c ON c.id = o.customer_id WHERE total > 0 GROUP BY 1`),
  ).toEqual({
    customer: ['IDENTITY customers.name'],
    Total: ['IDENTITY orders.total'],
    spread: ['AGGREGATION orders.total'],
    day: ['TRANSFORMATION orders.placed_at'],
    hour: ['TRANSFORMATION orders.placed_at'],
    n: [],
    word: [],
    city: ['TRANSFORMATION orders.address'],
  });
});

test('a column that two inputs have is nobody’s without its table; one without a name is left out', () => {
  expect(
    lineage('SELECT id AS which, o.id AS mine, total * 2 FROM orders o, customers WHERE o.id = 1'),
  ).toEqual({ which: [], mine: ['IDENTITY orders.id'] });
});

test.each([
  ['a star', 'SELECT * FROM orders'],
  ['a star of a table', 'SELECT o.*, 1 AS one FROM orders o'],
  ['a named query', 'WITH x AS (SELECT id FROM orders) SELECT id FROM x'],
  ['a query within', 'SELECT (SELECT max(id) FROM customers) AS last FROM orders'],
  ['a union', 'SELECT id FROM orders UNION ALL SELECT id FROM customers'],
  ['a table that is no input', 'SELECT id FROM orders JOIN elsewhere USING (id)'],
])('nothing is said of %s', (_what, sql) => {
  expect(columnLineage(sql, inputs)).toBeUndefined();
});
