/**
 * A program of its own, since synthesis waits for nothing and DuckDB answers later. It reads from its standard input where
 * DuckDB is, statements to prepare with and queries to describe, and prints for each query its columns or its error.
 */
export const CHECK_SCRIPT = `
const { readFileSync } = require('node:fs');
const { module: location, setup, queries } = JSON.parse(readFileSync(0, 'utf8'));
async function main() {
  const { DuckDBInstance } = require(location);
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  for (const statement of setup) await connection.run(statement);
  const answers = [];
  for (const query of queries) {
    try {
      const rows = (await connection.runAndReadAll('DESCRIBE\\n' + query)).getRows();
      answers.push({ columns: rows.map(([name, type]) => ({ name, type })) });
    } catch (error) {
      answers.push({ error: error.message });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}
main();
`;
