import { contractWith, gatesWith, type GivenRules } from './tables';
import { qualityRuleset } from '../../../lib/contract/quality/glue-ruleset';

function rulesOf(rules: GivenRules): string[] {
  const text = qualityRuleset(contractWith(rules).schema());
  expect(text).toMatch(/^Rules = \[\n {4}[^]*\n\]$/);
  return text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().replace(/,$/, ''));
}

const failing = "(t.`value` IS NOT NULL AND NOT (t.`value` IN ('a', 'b')))";
const VALID = 'metric: invalidValues, arguments: { validValues: [a, b] }';

it.each([
  ['metric: nullValues, mustBe: 0', 'IsComplete "value"'],
  ['metric: nullValues, unit: percent, mustBeLessOrEqualTo: 2', 'Completeness "value" >= 0.98'],
  ['metric: nullValues, unit: percent, mustBeLessThan: 0.1', 'Completeness "value" > 0.999'],
  ['metric: nullValues, unit: percent, mustBeLessOrEqualTo: 100', 'Completeness "value" >= 0'],
  [
    'metric: nullValues, unit: percent, mustBeBetween: [1, 2.5]',
    '(Completeness "value" >= 0.975) and (Completeness "value" <= 0.99)',
  ],
  [
    'metric: nullValues, unit: percent, mustNotBeBetween: [1, 2.5]',
    '(Completeness "value" < 0.975) or (Completeness "value" > 0.99)',
  ],
  [
    'metric: nullValues, mustBeLessThan: 5',
    'CustomSql "select count(*) from primary as t where t.`value` IS NULL" < 5',
  ],
  [`${VALID}, mustBe: 0`, `CustomSql "select count(*) from primary as t where ${failing}" = 0`],
  [
    `${VALID}, unit: percent, mustBeLessOrEqualTo: 0.5`,
    `CustomSql "select count(case when ${failing} then 1 end) * 1000 - 5 * count(*) from primary as t" <= 0`,
  ],
  [
    'type: sql, query: "SELECT count(*) -- all\\n FROM {object} WHERE {property} IS NULL AND \\"value\\" IS NULL", mustNotBe: -1.5',
    'CustomSql "SELECT count(*)   FROM primary WHERE `value` IS NULL AND `value` IS NULL" != -1.5',
  ],
])('%s', (rule, dqdl) => {
  expect(rulesOf({ value: [rule] })).toEqual([dqdl]);
});

it.each([
  ['metric: rowCount, mustBe: 5', 'RowCount = 5'],
  // DQDL's own between leaves 1000 and 1000000 out.
  ['metric: rowCount, mustBeBetween: [1000, 1000000]', '(RowCount >= 1000) and (RowCount <= 1000000)'],
  [
    'metric: duplicateValues, arguments: { properties: [id, value] }, unit: percent, mustBeLessThan: 1',
    'CustomSql "select part.m0 * 100 - 1 * whole.n from (SELECT coalesce(sum(d.n - 1), 0) AS m0 FROM (SELECT count(*) AS n FROM primary AS t WHERE t.`id` IS NOT NULL AND t.`value` IS NOT NULL GROUP BY t.`id`, t.`value` HAVING count(*) > 1) AS d) as part cross join (select count(*) as n from primary) as whole" < 0',
  ],
])('of a table: %s', (rule, dqdl) => {
  expect(rulesOf({ table: [rule] })).toEqual([dqdl]);
});

it('leaves out, and lists, what DQDL cannot say', () => {
  const { text, omitted } = gatesWith({
    value: [
      'id: prose, type: text, description: By hand',
      'id: quoted, metric: invalidValues, arguments: { validValues: ["it\'s"] }, mustBe: 0',
      'id: digits, metric: invalidValues, arguments: { pattern: "\\\\d" }, mustBe: 0',
      'id: truth, type: sql, query: SELECT true, mustBe: true',
      'id: kept, metric: nullValues, mustBe: 0',
    ],
  }).glueRuleset();
  expect(text).toBe('Rules = [\n    IsComplete "value"\n]');
  expect(omitted.map(({ rule }) => rule)).toEqual(['prose', 'quoted', 'digits', 'truth']);
  expect(omitted.every(({ reason }) => reason.length > 10)).toBe(true);
});

it('is empty without a rule that can be said', () => {
  expect(qualityRuleset(contractWith({ value: ['type: text, description: By hand'] }).schema())).toBe('');
});
