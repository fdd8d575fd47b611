import { fixedSchema } from './fixed-schema';
import type { IcebergSchema } from './iceberg-types';

/** Name of the table that keeps the results of another's quality gates. */
export function qualityTableName(tableName: string): string {
  return `${tableName}_quality`;
}

/** The columns of a table of quality results: one row for each gate each time it was evaluated. */
export function qualityResultsSchema(): IcebergSchema {
  return fixedSchema([
    ['evaluated_at', 'timestamptz', true, 'When the gate was evaluated'],
    ['table_name', 'string', true, 'Table whose rows were measured'],
    ['scope', 'string', true, 'increment: the rows on their way into the table; table: all its rows'],
    ['snapshot_sequence', 'long', false, 'Sequence number of the last snapshot whose rows were measured'],
    ['rule', 'string', true, 'Id of the rule in the contract'],
    ['column_name', 'string', false, 'Dotted path of the property; null for a rule of the whole table'],
    ['metric', 'string', true, 'The metric, or sql, text, custom'],
    ['value', 'string', false, 'What was measured, exact decimal text; null where nothing was'],
    ['total', 'long', false, 'Rows that were looked at'],
    ['operator', 'string', false, 'How the two were compared'],
    ['threshold', 'string', false, 'What the value was compared with; two values are separated by a comma'],
    ['unit', 'string', true, 'rows, percent, or what an SQL rule counts'],
    ['severity', 'string', false, 'Severity the contract gives the rule'],
    ['dimension', 'string', false, 'Dimension of quality the contract gives the rule'],
    ['mode', 'string', true, 'What a failure does: halt, quarantine, report'],
    ['outcome', 'string', true, 'passed, failed, not-evaluated'],
    ['reason', 'string', true, 'The comparison in words, or why there was none'],
    ['contract_id', 'string', true, 'Contract the rule is of'],
    ['contract_version', 'string', true, 'Version of that contract'],
  ]);
}
