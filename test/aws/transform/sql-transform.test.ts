import { App, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import {
  DataContract,
  type GlueSparkJobProps,
  type ILakeTable,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  QueryWorkgroup,
  SqlEngine,
  SqlParameter,
  SqlText,
  SqlTransform,
  TableContent,
  type SqlTransformProps,
  TransformMode,
  TransformTrigger,
  Zone,
  ZoneBucket,
} from '../../../lib/aws';
import { sqlEngine } from '../../../lambda/configuration/sql-engine';
import { lakehouseMatchers, nagFindings } from '../../../lib/testing';
import { allowedStatements, role } from '../statements';

expect.extend(lakehouseMatchers);

const contract = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: gold
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - { name: id, logicalType: integer, required: true, primaryKey: true }
      - { name: day, logicalType: date }
      - { name: sold_at, logicalType: timestamp }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)' }
    quality: [{ metric: rowCount, mustBeGreaterThan: 0, severity: error }]
  - name: shops
    properties: [{ name: shop, logicalType: string }]
  - name: revenue
    properties:
      - { name: day, logicalType: date, required: true, primaryKey: true }
      - { name: revenue, logicalType: number, physicalType: 'decimal(14,2)' }
  - name: keyless
    properties: [{ name: day, logicalType: date }]
  - name: optional_key
    properties: [{ name: day, logicalType: date, primaryKey: true }]
`);
const SQL = 'SELECT day, sum(amount) AS revenue\nFROM sales\nGROUP BY day';

function surroundings() {
  const stack = new Stack(new App(), 'Stack');
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Lake'));
  const table = (schemaName: string, zone: Zone) =>
    new LakeTable(stack, schemaName, { contract, schemaName, catalog, zone });
  return { stack, table, sales: table('sales', Zone.SILVER), shops: table('shops', Zone.SILVER) };
}

/** The SQL is checked where that is what is tested: DuckDB does so in a process of its own. */
function synth(props: Partial<SqlTransformProps> & { readonly to?: string } = {}) {
  const { stack, table, sales, shops } = surroundings();
  const { to = 'revenue', ...given } = props;
  const transform = new SqlTransform(stack, 'Revenue', {
    sql: SqlText.inline(SQL),
    inputs: [{ name: 'sales', table: sales }],
    output: table(to, Zone.GOLD),
    checkSql: false,
    ...given,
  });
  return { stack, transform, sales, shops };
}

describe('by default', () => {
  test('a function follows commits, by way of a queue for the one table, and has no nag finding', () => {
    const { stack, transform } = synth();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.glue'],
        'detail-type': ['Glue Data Catalog Table State Change'],
        detail: {
          databaseName: [Match.stringLikeRegexp('_silver$')],
          tableName: ['sales'],
          typeOfChange: ['UpdateTable'],
        },
      },
      Targets: [Match.objectLike({ SqsParameters: { MessageGroupId: transform.output.uri } })],
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: stack.resolve(transform.queue!.queueArn),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          LAKEHOUSE_SQL_ENGINE: 'athena',
          LAKEHOUSE_GOLD_TABLE: transform.output.uri,
          LAKEHOUSE_INPUT_TABLE_0: Match.stringLikeRegexp('^glue://.*_silver/sales$'),
        }),
      },
    });
    expect(stack).toHaveNoNagFindings();
  });

  test('the workgroup holds every query to its settings: encrypted results, one place, a limit', () => {
    const { stack } = synth();
    Template.fromStack(stack).hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 1024 ** 4,
        ResultConfiguration: {
          EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: Match.anyValue() },
        },
      },
    });
  });

  test('the function may run queries in its workgroup, read the inputs and commit to the output, nothing else of Glue', () => {
    const { stack, transform } = synth();
    const { node } = transform.role;
    const statements = allowedStatements(
      Template.fromStack(stack),
      stack.getLogicalId(node.defaultChild as any),
    );
    const glue = statements.filter(({ actions }) => actions.some((action) => action.startsWith('glue:')));
    const updates = glue.filter(({ actions }) => actions.includes('glue:UpdateTable'));
    expect(updates).toHaveLength(1);
    expect(updates[0].resources.join()).toMatch(/_gold\/revenue/);
    expect(updates[0].resources.join()).not.toMatch(/sales|\*/);
    expect(glue.flatMap(({ actions }) => actions).sort()).not.toContain('glue:DeleteTable');
    const athena = statements.find(({ actions }) => actions.includes('athena:StartQueryExecution'))!;
    expect(athena.resources).toEqual([expect.stringMatching(/workgroup\//)]);
  });
});

test('a workgroup may be given, or made with another limit', () => {
  const stack = new Stack(new App(), 'Stack');
  const made = new QueryWorkgroup(stack, 'Small', {
    bytesScannedCutoff: Size.gibibytes(1),
    workgroupName: 'small',
  });
  Template.fromStack(stack).hasResourceProperties('AWS::Athena::WorkGroup', {
    Name: made.workgroupName,
    WorkGroupConfiguration: Match.objectLike({ BytesScannedCutoffPerQuery: 1024 ** 3 }),
  });
  expect(() => new QueryWorkgroup(stack, 'Tiny', { bytesScannedCutoff: Size.mebibytes(1) })).toThrow(
    'bytesScannedCutoff must be between 10000000',
  );

  const given = surroundings();
  const zone = ZoneBucket.fromBucket(
    given.stack,
    'Results',
    Bucket.fromBucketName(given.stack, 'B', 'results'),
  );
  const workgroup = QueryWorkgroup.fromAttributes(given.stack, 'Given', {
    workgroupName: 'ours',
    results: zone,
  });
  new SqlTransform(given.stack, 'Revenue', {
    sql: SqlText.inline(SQL),
    checkSql: false,
    inputs: [{ name: 'sales', table: given.sales }],
    output: given.table('revenue', Zone.GOLD),
    engine: SqlEngine.athena({ workgroup }),
  });
  const template = Template.fromStack(given.stack);
  template.resourceCountIs('AWS::Athena::WorkGroup', 0);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ LAKEHOUSE_ATHENA_WORKGROUP: 'ours' }) },
  });
});

describe('triggers', () => {
  test.each([
    ['@hourly', 'cron(0 * * * ? *)'],
    ['@daily', 'cron(0 0 * * ? *)'],
    ['0 2 * * *', 'cron(0 2 * * ? *)'],
    ['0 */6 * * *', 'cron(0 */6 * * ? *)'],
    ['30 4 1 * *', 'cron(30 4 1 * ? *)'],
    ['0 0 * * 0', 'cron(0 0 ? * 1 *)'],
    ['0 8 * * 1-5', 'cron(0 8 ? * 2-6 *)'],
    ['0 8 * * MON', 'cron(0 8 ? * MON *)'],
  ])('cron %s is kept by EventBridge Scheduler as %s', (cron, expected) => {
    const { stack, transform } = synth({ trigger: TransformTrigger.cron(cron) });
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: expected,
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Target: {
        DeadLetterConfig: { Arn: Match.anyValue() },
        Input: JSON.stringify({ ...transform.request, scheduledTime: '<aws.scheduler.scheduled-time>' }),
        SqsParameters: { MessageGroupId: transform.output.uri },
      },
    });
  });

  test.each(['0 2 * *', '61x * * * *', '0 0 1 * 1', '@yearly'])('cron %s is refused', (cron) => {
    expect(() => TransformTrigger.cron(cron)).toThrow(`cron "${cron}"`);
  });

  test('a schedule is clean, and delivers to the queue alone', () => {
    const { stack } = synth({
      trigger: TransformTrigger.schedule(ScheduleExpression.rate(Duration.hours(6)), {
        flexibleWindow: Duration.minutes(30),
      }),
    });
    Template.fromStack(stack).resourceCountIs('AWS::Events::Rule', 0);
    expect(stack).toHaveNoNagFindings();
  });

  test('a lookup is followed by nobody', () => {
    const { stack, table, sales, shops } = surroundings();
    new SqlTransform(stack, 'Revenue', {
      sql: SqlText.inline(SQL),
      checkSql: false,
      inputs: [
        { name: 'sales', table: sales },
        { name: 'shops', table: shops, lookup: true },
      ],
      output: table('revenue', Zone.GOLD),
    });
    const patterns = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'))
      .map(({ Properties }) => Properties.EventPattern?.detail)
      .filter((detail) => detail !== undefined);
    expect(patterns).toEqual([expect.objectContaining({ tableName: ['sales'] })]);
  });

  test('without one there is no queue: a workflow invokes the function', () => {
    const { stack, transform } = synth({ trigger: TransformTrigger.none() });
    expect(transform.queue).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::EventSourceMapping', 0);
    expect(stack).toHaveNoNagFindings();
  });

  test('who may run the function may, and nag reads why its versions are among that', () => {
    const { stack, transform } = synth({ trigger: TransformTrigger.none() });
    transform.grantRun(role(stack, 'Operator'));
    expect(allowedStatements(Template.fromStack(stack), 'Operator')).toMatchObject([
      { actions: ['lambda:InvokeFunction'] },
    ]);
    expect(nagFindings(stack).filter(({ rule }) => rule.startsWith('AwsSolutions'))).toEqual([]);
  });

  test('a time-out known only at deployment leaves a run the fifteen minutes it may have', () => {
    const { stack } = synth({ timeout: Duration.seconds(Lazy.number({ produce: () => 60 })) });
    Template.fromStack(stack).hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 960 });
  });
});

test('results of an input’s gates go to its table of them, which the function may write', () => {
  const { stack, sales, shops, table } = surroundings();
  const catalog = LakeCatalog.of(new MedallionLake(stack, 'Other'));
  const quality = new LakeTable(stack, 'Quality', {
    contract,
    schemaName: 'sales',
    catalog,
    zone: Zone.SILVER,
    content: TableContent.QUALITY_RESULTS,
  });
  const transform = new SqlTransform(stack, 'Revenue', {
    sql: SqlText.inline(SQL),
    checkSql: false,
    inputs: [
      { name: 'shops', table: shops },
      { name: 'sales', table: sales, quality },
    ],
    output: table('revenue', Zone.GOLD),
  });
  const { gates } = transform._transformation;
  expect(gates).toMatchObject([{ input: 'sales', contractId: 'gold', contractVersion: '1.0.0' }]);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({
        LAKEHOUSE_QUALITY_TABLE_0: Match.absent(),
        LAKEHOUSE_QUALITY_TABLE_1: quality.uri,
      }),
    },
  });
  const written = allowedStatements(template).filter(({ actions }) => actions.includes('s3:PutObject'));
  expect(JSON.stringify(written)).toContain('/sales_quality/');
});

describe('other engines', () => {
  test('EMR Serverless has a maximum, stops when idle, and its jobs may touch the tables only', () => {
    const { stack } = synth({
      engine: SqlEngine.emrServerless({ maximumCpu: 16, idleTimeout: Duration.minutes(2) }),
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EMRServerless::Application', {
      Type: 'SPARK',
      MaximumCapacity: { Cpu: '16 vCPU', Memory: '64 GB', Disk: '160 GB' },
      AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: 2 },
    });
    const passing = allowedStatements(template).filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(passing).toEqual([
      {
        actions: ['iam:PassRole'],
        resources: [expect.stringContaining('JobRole')],
        condition: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
      },
    ]);
    expect(stack).toHaveNoNagFindings();
  });

  test('Glue runs a job of two G.1X workers, in the network of the function, and its runs may touch the tables only', () => {
    const { stack, transform, sales } = synth({ engine: SqlEngine.glue({ timeout: Duration.minutes(30) }) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Glue::Job', {
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      Timeout: 30,
      MaxRetries: 0,
      MaxCapacity: Match.absent(),
    });
    const [id] = Object.keys(template.findResources('AWS::Glue::Job'));
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          LAKEHOUSE_SQL_ENGINE: 'glue',
          LAKEHOUSE_GLUE_JOB: { Ref: id },
          LAKEHOUSE_GLUE_WORKSPACE: { 'Fn::Join': ['', ['s3://', Match.anyValue(), '/jobs']] },
        }),
      },
    });
    const [{ Properties }] = Object.values(
      template.findResources('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { LAKEHOUSE_SQL_ENGINE: 'glue' } } },
      }),
    );
    const told = Object.entries(Properties.Environment.Variables as Record<string, unknown>);
    const environment = Object.fromEntries(
      told.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
    expect(sqlEngine(environment)).toEqual({
      name: 'glue',
      job: JSON.stringify({ Ref: id }),
      workspace: expect.stringContaining('/jobs'),
    });
    const starting = allowedStatements(template).filter(({ actions }) =>
      actions.includes('glue:StartJobRun'),
    );
    expect(starting).toEqual([
      { actions: expect.anything(), resources: [expect.stringMatching(new RegExp(`:job/<${id}>$`))] },
    ]);
    const jobRole = JSON.stringify(allowedStatements(template, 'RevenueGlueJobRole'));
    for (const { tableName } of [sales, transform.output]) expect(jobRole).toContain(`/${tableName}`);
    expect(jobRole).not.toContain('shops');
    expect(stack).toHaveNoNagFindings();
  });

  test('statements are run by our script, once and one at a time, whatever a job by itself may do', () => {
    const job: GlueSparkJobProps = { maxRetries: 3, maxConcurrentRuns: 5, script: '/nowhere/other.py' };
    const { stack } = synth({ engine: SqlEngine.glue(job) });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Job', {
      MaxRetries: 0,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
    });
  });

  test('a job of Glue runs in the network of the transform, or in one of its own', () => {
    const { stack, table, sales } = surroundings();
    const output = table('revenue', Zone.GOLD);
    const network = { vpc: new Vpc(stack, 'Vpc') };
    new SqlTransform(stack, 'Revenue', {
      sql: SqlText.inline(SQL),
      checkSql: false,
      inputs: [{ name: 'sales', table: sales }],
      output,
      engine: SqlEngine.glue(),
      network,
    });
    Template.fromStack(stack).resourceCountIs('AWS::Glue::Connection', 1);
  });

  test('DuckDB runs in a container that takes the requests; there is no function', () => {
    const image = ecs.ContainerImage.fromRegistry('public.ecr.aws/docker/library/node:22');
    const { stack, transform } = synth({
      engine: SqlEngine.duckdb({ image, cpu: 1024, memoryLimitMiB: 4096 }),
    });
    expect(transform.handler).toBeUndefined();
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Environment: Match.arrayWith([{ Name: 'LAKEHOUSE_SQL_ENGINE', Value: 'duckdb' }]),
        }),
      ],
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      Targets: [Match.objectLike({ Arn: stack.resolve(transform.container!.queue.queueArn) })],
    });
  });
});

describe('the SQL is checked at synthesis', () => {
  const checked = (props: Parameters<typeof synth>[0]) => synth({ checkSql: undefined, ...props });
  const refused = (props: Parameters<typeof synth>[0]) => expect(() => checked(props));

  test.each([
    [
      'a column nobody has',
      'SELECT day,\n  price\nFROM sales',
      'sql:2: Binder Error: Referenced column "price" not found',
    ],
    ['a syntax error', 'SELECT day\nFROM sales\nWHER true', 'sql:3: Parser Error'],
    ['a table that is no input', 'SELECT * FROM others', 'Table with name others does not exist'],
    [
      'a missing column',
      'SELECT day FROM sales',
      'gives no column "revenue", which the contract has as DECIMAL(14, 2)',
    ],
    [
      'a column too many',
      `${SQL.replace('day,', 'day, 1 AS extra,')}`,
      'gives a column "extra", which the contract has not. Allowed: day, revenue',
    ],
    [
      'a type that loses something',
      SQL.replace('sum(amount)', 'avg(amount)'),
      'gives "revenue" as DOUBLE, the contract has DECIMAL(14, 2). Write CAST(… AS DECIMAL(14, 2)) AS revenue',
    ],
    [
      'two statements',
      `${SQL};\nDROP TABLE sales`,
      'sql:4: what follows the semicolon is a second statement',
    ],
    ['what is no query', 'DELETE FROM sales', 'sql:1: the SQL begins with DELETE'],
    ['nothing', ' -- to be done\n', 'there is no SQL'],
    [
      'an unknown parameter',
      `${SQL} HAVING day = \${date}`,
      '${date} stands for nothing. Known parameters: none',
    ],
  ])('and refused for %s', (_, sql, message) => {
    refused({ sql: SqlText.inline(sql) }).toThrow(message);
  });

  test('with parameters in it, which have a type', () => {
    const sql = SqlText.inline(SQL.replace('GROUP', 'WHERE day < ${until} GROUP'));
    checked({ sql, parameters: { until: SqlParameter.runDate() } });
    refused({ sql, parameters: { until: SqlParameter.boolean() } }).toThrow('sql:3: Binder Error');
    refused({ sql, parameters: { until: SqlParameter.date('2024-02-30') } }).toThrow(
      'The parameter "until" is "2024-02-30". Allowed: a date such as 2024-05-31.',
    );
    refused({
      sql: SqlText.inline("SELECT '${until}' AS day"),
      parameters: { until: SqlParameter.runDate() },
    }).toThrow('sql:1: ${until} stands in quotes. It is a literal already: leave out the quotes.');
  });

  test('naming the file', () => {
    expect(() => SqlText.fromFile('/nowhere/revenue.sql')).toThrow(
      'The SQL file /nowhere/revenue.sql cannot be read',
    );
  });

  test('unless it is told not to', () => {
    checked({ sql: SqlText.inline('SELECT price FROM sales'), checkSql: false });
  });

  test('and the changed values of inputs with it', () => {
    const make = (changedValue: string) => {
      const { stack, table, sales } = surroundings();
      return new SqlTransform(stack, 'Revenue', {
        sql: SqlText.inline(SQL),
        inputs: [{ name: 'sales', table: sales, changedValue }],
        output: table('revenue', Zone.GOLD),
        mode: TransformMode.incremental('day'),
      });
    };
    make('CAST(sold_at AS DATE)');
    expect(() => make('nothing')).toThrow(
      'The changed value of input "sales", (nothing), is no SQL over its columns',
    );
    expect(() => make('amount')).toThrow('is DECIMAL(12,2); day is DATE');
  });

  test('an input of unknown columns leaves it unchecked, with a note', () => {
    const { stack, table } = surroundings();
    const zoneBucket = ZoneBucket.fromBucket(stack, 'Zone', Bucket.fromBucketName(stack, 'Own', 'own'));
    const imported = LakeTable.fromTableAttributes(stack, 'Import', {
      databaseName: 'own',
      tableName: 'sales',
      zoneBucket,
    });
    new SqlTransform(stack, 'Revenue', {
      sql: SqlText.inline('SELECT anything FROM sales'),
      inputs: [{ name: 'sales', table: imported }],
      output: table('revenue', Zone.GOLD),
    });
    Annotations.fromStack(stack).hasInfo(
      '/Stack/Revenue',
      Match.stringLikeRegexp('nothing says which columns "sales" has'),
    );
  });
});

describe('what cannot work is refused', () => {
  test.each<[string, Partial<SqlTransformProps> & { to?: string }, string]>([
    [
      'a merge without a key',
      { to: 'keyless', mode: TransformMode.merge() },
      'needs a primary key in the contract of the output',
    ],
    [
      'a driver that is no input',
      { mode: TransformMode.merge('orders') },
      'inputs has no such table. Allowed: sales.',
    ],
    [
      'a column the output has not',
      { mode: TransformMode.incremental('week') },
      'the output has no such column. Allowed: day, revenue.',
    ],
    [
      'a column the inputs have not',
      { mode: TransformMode.incremental('revenue') },
      'the input "sales" has no such column. Give it a changedValue',
    ],
    [
      'a key that may be null',
      { to: 'optional_key' },
      'Column day is part of the primary key of optional_key, but may be null',
    ],
    ['no input', { inputs: [] }, 'inputs is empty'],
    ['a long time-out', { timeout: Duration.minutes(16) }, 'timeout must be between 30 and 900 seconds'],
    [
      'a parameter with a name of its own kind',
      { parameters: { 'a-b': SqlParameter.text() } },
      'parameters has the name "a-b"',
    ],
  ])('%s', (_, props, message) => {
    expect(() => synth(props)).toThrow(message);
  });

  test('an output that is an input', () => {
    const { stack, sales } = surroundings();
    expect(
      () =>
        new SqlTransform(stack, 'Loop', {
          sql: SqlText.inline('SELECT * FROM sales'),
          inputs: [{ name: 'sales', table: sales }],
          output: sales,
        }),
    ).toThrow('Every run would ask for the next');
  });

  test('tables of another zone, or of another account', () => {
    const { stack, table, sales } = surroundings();
    const transform = (scope: Stack, output: ILakeTable) => () =>
      new SqlTransform(scope, 'Revenue', {
        sql: SqlText.inline(SQL),
        checkSql: false,
        inputs: [{ name: 'sales', table: sales }],
        output,
        contract,
        schemaName: 'revenue',
      });
    expect(transform(stack, table('revenue', Zone.SILVER))).toThrow(
      'output is "Stack/revenue", a table of the zone silver, which has other columns. Pass a LakeTable with zone: Zone.GOLD.',
    );
    const theirs = new Stack(new App(), 'Theirs', { env: { account: '222222222222', region: 'eu-west-1' } });
    const zoneBucket = ZoneBucket.fromBucket(theirs, 'Zone', Bucket.fromBucketName(theirs, 'Own', 'own'));
    const attributes = { databaseName: 'shop', tableName: 'revenue', zoneBucket };
    const ours = new Stack(new App(), 'Ours', { env: { account: '111111111111', region: 'eu-west-1' } });
    expect(transform(ours, LakeTable.fromTableAttributes(theirs, 'Revenue', attributes))).toThrow(
      '"Ours/Revenue" is in the account 111111111111, "Theirs/Revenue" in 222222222222. Tables are found in the Glue catalog',
    );
  });

  test('two transforms that keep one table', () => {
    const { stack, table, sales } = surroundings();
    const props = {
      sql: SqlText.inline(SQL),
      checkSql: false,
      inputs: [{ name: 'sales', table: sales }],
      output: table('revenue', Zone.GOLD),
    };
    new SqlTransform(stack, 'One', props);
    expect(() => new SqlTransform(stack, 'Other', props)).toThrow(
      /^The table glue:\/\/\w+\/revenue is kept by "Stack\/One" already; "Stack\/Other" would write over its rows\./,
    );
  });

  test('a contract that is not the one of the table', () => {
    const { stack, table, sales } = surroundings();
    const props = {
      sql: SqlText.inline(SQL),
      checkSql: false,
      inputs: [{ name: 'sales', table: sales }],
      output: table('revenue', Zone.GOLD),
    };
    expect(() => new SqlTransform(stack, 'One', { ...props, contract, schemaName: 'sales' })).toThrow(
      /^output is "Stack\/revenue", whose rows are described by "revenue" of contract [\w-]+, not by "sales" of contract [\w-]+\. Pass a LakeTable/,
    );
  });

  test('options of the function where there is none', () => {
    expect(() => synth({ engine: SqlEngine.duckdb(), memorySize: 1024 })).toThrow(
      'memorySize is given, but the engine runs in a container',
    );
  });
});
