/**
 * Functions of Athena and Spark by their names there, for DuckDB: with them one SQL text does the same in all three
 * (docs/gold.md lists what is portable). Statements to run on a connection before the SQL.
 */
export const PORTABLE_FUNCTIONS: readonly string[] = [
  'CREATE OR REPLACE TEMP MACRO cardinality(items) AS len(items)',
  'CREATE OR REPLACE TEMP MACRO element_at(items, position) AS list_extract(items, position)',
  // There it counts down where the last is less than the first: sequence(1, 0) has two elements.
  'CREATE OR REPLACE TEMP MACRO sequence(first, last) AS ' +
    'CASE WHEN first <= last THEN generate_series(first, last) ELSE generate_series(first, last, -1) END',
  'CREATE OR REPLACE TEMP MACRO json_extract_scalar(document, path) AS json_extract_string(document, path)',
];
