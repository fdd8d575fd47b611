import { GateHalted, gateStep } from '../../../lambda/pipeline/quality/gate-step';
import type { RowVerdicts } from '../../../lambda/pipeline/refine/increment';
import type { QualityGateResult } from '../../../lib/contract';
import { rowPlan } from '../../../lib/contract/quality/row-gates';
import { contractWith } from '../../contract/quality/tables';

const QUARANTINE = 'customProperties: [{ property: gate, value: quarantine }]';

function judged(rules: string[], values: (string | null)[]) {
  const reported: (readonly QualityGateResult[])[] = [];
  const step = gateStep(rowPlan(contractWith({ value: rules }).schema()), (results) =>
    reported.push(results),
  );
  const rows = values.map((value, id) => ({ id, value }));
  return { reported, rows, judge: () => step!(rows) as RowVerdicts };
}

test('rows a failed gate counts are kept apart, whole and with the reason; the others go on', () => {
  const rules = [
    `id: present, metric: nullValues, mustBe: 0, ${QUARANTINE}`,
    `id: short, metric: invalidValues, arguments: { maxLength: 1 }, unit: percent, mustBeLessOrEqualTo: 25, ${QUARANTINE}`,
  ];
  const { rows, judge, reported } = judged(rules, ['a', null, 'long', 'b']);
  const { accepted, rejected } = judge();
  expect(accepted).toEqual([rows[0], rows[2], rows[3]]);
  expect(rejected).toEqual([
    {
      row: rows[1],
      reason: {
        code: 'quality-gate',
        path: 'value',
        message: 'Quality gate present on value failed: 1 of 4 rows hold null; it must be 0.',
      },
    },
  ]);
  expect(reported.map((results) => results.map(({ rule, outcome }) => [rule, outcome]))).toEqual([
    [
      ['present', 'failed'],
      ['short', 'passed'],
    ],
  ]);
});

test('a halting gate lets nothing through and says which it was; what it measured is reported', () => {
  const { judge, reported } = judged(['id: present, metric: nullValues, mustBe: 0, severity: error'], [null]);
  expect(judge).toThrow(GateHalted);
  expect(judge).toThrow('The gate is shut. present: 1 of 1 rows hold null; it must be 0.');
  expect(reported).toHaveLength(2);
});

test('each increment is judged by itself', () => {
  const step = gateStep(
    rowPlan(contractWith({ value: [`metric: nullValues, mustBe: 0, ${QUARANTINE}`] }).schema()),
    () => undefined,
  )!;
  expect((step([{ value: null }]) as RowVerdicts).rejected).toHaveLength(1);
  expect((step([{ value: 'a' }]) as RowVerdicts).rejected).toHaveLength(0);
});

test('a contract without row checks needs no step', () => {
  const plan = rowPlan(contractWith({ table: ['metric: rowCount, mustBe: 0'] }).schema());
  expect(gateStep(plan, () => undefined)).toBeUndefined();
});
