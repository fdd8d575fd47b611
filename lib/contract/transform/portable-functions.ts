/**
 * Functions of Athena and Spark by their names there, for DuckDB: with them one SQL text does the same in all three
 * (docs/gold.md lists what is portable). Statements to run on a connection before the SQL.
 */
export const PORTABLE_FUNCTIONS: readonly string[] = [
  'CREATE OR REPLACE TEMP MACRO cardinality(items) AS len(items)',
  'CREATE OR REPLACE TEMP MACRO element_at(items, place) AS list_extract(items, place)',
  // There it counts down where the last is less than the first: sequence(1, 0) has two elements.
  'CREATE OR REPLACE TEMP MACRO sequence(lower_end, upper_end) AS ' +
    'CASE WHEN lower_end <= upper_end THEN generate_series(lower_end, upper_end) ELSE generate_series(lower_end, upper_end, -1) END',
  'CREATE OR REPLACE TEMP MACRO json_extract_scalar(json_text, json_path) AS json_extract_string(json_text, json_path)',
];
