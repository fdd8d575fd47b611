import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SPARK_SCRIPT } from '../../../lib/contract/transform/spark-script';
import { ICEBERG_SETTINGS, sparkSubmitOptions } from '../../../lib/contract/transform/spark-settings';
import { optional } from '../../skip';

const PYTHON = {
  name: 'python3',
  present: spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0,
  install: 'apt-get install python3',
};

/** As much of PySpark as the script speaks to: a statement REFUSED is one Spark refuses, BROKEN fails. */
const PYSPARK_SQL = `
class Session:
    @property
    def builder(self): return self
    def getOrCreate(self): return self
    @property
    def sparkContext(self): return self
    def wholeTextFiles(self, path): return Rows([(path, open(path).read())])
    def sql(self, statement):
        from pyspark.sql.utils import AnalysisException
        if statement == "REFUSED": raise AnalysisException("no such column")
        if statement == "BROKEN": raise RuntimeError("executor lost")
        return Rows([(1, None, True, "é")])
    class _jsc:
        @staticmethod
        def hadoopConfiguration(): return None
    class _jvm:
        class org:
            class apache:
                class hadoop:
                    class fs:
                        class Path:
                            def __init__(self, path): self.path = path
                            def getFileSystem(self, _): return self
                            def create(self, path, overwrite): return File(path.path)

class File:
    def __init__(self, path): self.file = open(path, "wb")
    def write(self, content): self.file.write(content)
    def close(self): self.file.close()

class Rows:
    def __init__(self, rows): self.rows = rows
    def collect(self): return self.rows

SparkSession = Session()
`;

test('settings are options of spark-submit', () => {
  expect(sparkSubmitOptions({ 'spark.a': '1', 'spark.b': 'x' })).toBe('--conf spark.a=1 --conf spark.b=x');
  expect(ICEBERG_SETTINGS).toMatchObject({
    'spark.sql.catalog.lakehouse': 'org.apache.iceberg.spark.SparkCatalog',
    'spark.sql.session.timeZone': 'UTC',
  });
});

optional(PYTHON)('the script', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'spark-script-'));
    mkdirSync(join(directory, 'pyspark', 'sql'), { recursive: true });
    writeFileSync(join(directory, 'pyspark', '__init__.py'), '');
    writeFileSync(join(directory, 'pyspark', 'sql', '__init__.py'), PYSPARK_SQL);
    const errors = ['AnalysisException', 'ParseException'].map((name) => `class ${name}(Exception): pass\n`);
    writeFileSync(join(directory, 'pyspark', 'sql', 'utils.py'), errors.join(''));
    writeFileSync(join(directory, 'run_statement.py'), SPARK_SCRIPT);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function run(statement: string, argumentsOf: (statement: string, answer: string) => string[]) {
    const [sql, answer] = [join(directory, 'statement.sql'), join(directory, 'answer.json')];
    rmSync(answer, { force: true });
    writeFileSync(sql, statement);
    const { status, stderr } = spawnSync(
      'python3',
      [join(directory, 'run_statement.py'), ...argumentsOf(sql, answer)],
      { encoding: 'utf8', env: { ...process.env, PYTHONPATH: directory } },
    );
    return { status, stderr, answer: () => JSON.parse(readFileSync(answer, 'utf8')) as unknown };
  }
  const emr = (sql: string, answer: string) => ['--statement', sql, '--answer', answer];
  // What Glue hands a script: its own arguments and those of the job come between those of the run.
  const glue = (sql: string, answer: string) => [
    ...['--enable-metrics', 'true', '--job-bookmark-option', 'job-bookmark-disable', '--answer', answer],
    ...['--JOB_ID', 'j_1', '--JOB_RUN_ID', 'jr_1', '--JOB_NAME', 'lake', '--statement', sql],
    ...['--TempDir', 's3://scratch/temporary/', '--ans', 'x', '--conf', 'spark.a=b --conf spark.c=d'],
  ];

  test.each([
    ['EMR Serverless', emr],
    ['Glue', glue],
  ])('as %s starts it, gives the rows as text, and nothing where there is no value', (_, started) => {
    const { status, stderr, answer } = run('SELECT 1', started);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(answer()).toEqual({ rows: [['1', null, 'true', 'é']] });
  });

  test('answers with what Spark refuses, and fails by anything else', () => {
    expect(run('REFUSED', glue).answer()).toEqual({ refused: 'no such column' });
    const broken = run('BROKEN', glue);
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain('executor lost');
    expect(run('SELECT 1', () => []).stderr).toContain('--statement, --answer');
  });
});
