import {
  DataContract,
  QualityGates,
  type QualityGateResult,
  type QualityMeasurement,
  SqlDialect,
} from '../../../lib/contract';

/** The gates of a table `things` whose rules, as YAML flow maps, stand on the table or on a property. */
export interface GivenRules {
  readonly table?: readonly string[];
  /** On `value`, a column of text unless `property` says otherwise. */
  readonly value?: readonly string[];
  /** Further keys of the property `value`. */
  readonly property?: string;
}

export function contractWith({
  table = [],
  value = [],
  property = 'logicalType: string',
}: GivenRules): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: things
version: 1.0.0
status: active
schema:
  - name: things
    quality: [${table.map((rule) => `{ ${rule} }`).join(', ')}]
    properties:
      - { name: id, logicalType: integer }
      - { name: value, ${property}, quality: [${value.map((rule) => `{ ${rule} }`).join(', ')}] }
`);
}

export function gatesWith(rules: GivenRules): QualityGates {
  return QualityGates.of(contractWith(rules).schema());
}

/** The result of the only rule, for a table of so many rows. */
export function resultOf(
  rules: GivenRules,
  value: string | undefined,
  rows: number | bigint,
): QualityGateResult {
  const gates = gatesWith(rules);
  const measurements: QualityMeasurement[] = [{ measure: 'rows', value: String(rows) }];
  const [{ rule }] = gates.gates;
  if (!gates.queries(SqlDialect.DUCKDB, ['things'])[0].measures.every((measure) => measure === 'rows')) {
    measurements.push({ measure: rule, value });
  }
  return gates.evaluate(measurements)[0];
}
