import { Token } from 'aws-cdk-lib';
import { requireDuration, requireWhole } from '../bounds';
import { GlueExecutionClass, type GlueSparkJobProps, GlueWorkerType } from './glue-job-options';

/**
 * Most workers of a job, where AWS names a number.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-job.html#cfn-glue-job-numberofworkers
 */
const MOST_WORKERS: { readonly [type: string]: number } = {
  [GlueWorkerType.G_1X]: 299,
  [GlueWorkerType.G_2X]: 149,
};
/** https://docs.aws.amazon.com/glue/latest/dg/add-job.html: flexible execution */
const FLEXIBLE: readonly string[] = [GlueWorkerType.G_1X, GlueWorkerType.G_2X];
const SEVEN_DAYS = 7 * 86_400;
/** What this construct decides by other options. */
const OWN_ARGUMENTS = [
  '--conf',
  '--continuous-log-logGroup',
  '--custom-logGroup-prefix',
  '--datalake-formats',
  '--enable-auto-scaling',
  '--enable-continuous-cloudwatch-log',
  '--enable-metrics',
  '--enable-observability-metrics',
  '--job-bookmark-option',
  '--TempDir',
];

/** Refuses at synthesis what Glue would refuse at deployment, or at the first run. */
export function requireRunnable(props: GlueSparkJobProps, glueVersion: string, workerType: string): void {
  requireName(props.jobName);
  requireVersion(glueVersion);
  requireWorkers(props, workerType);
  requireTimeout(props);
  // https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html, and the console, which takes ten
  requireWhole('maxRetries', props.maxRetries, {
    minimum: 0,
    maximum: 10,
    remedy: 'Leave it out for none: what starts the runs repeats them.',
  });
  // https://docs.aws.amazon.com/general/latest/gr/glue.html: concurrent runs of a job
  requireWhole('maxConcurrentRuns', props.maxConcurrentRuns, {
    minimum: 1,
    maximum: 1000,
    remedy: 'Leave it out for one.',
  });
  requireSettings(props);
}

/**
 * Its log groups and, with nine characters more, its security configuration have it in their names.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html,
 * https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSecurityConfiguration.html
 */
function requireName(name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[\w.\-/#]{1,246}$/.test(name)) return;
  throw new Error(
    `jobName is "${name}". Allowed: 1 to 246 letters, digits and _ . - / #, of which log groups are named as well. Leave it ` +
      'out for one made from the path.',
  );
}

function requireVersion(version: string): void {
  if (Token.isUnresolved(version) || /^([4-9]|\d{2,})\.\d+$/.test(version)) return;
  throw new Error(
    `glueVersion is "${version}". Allowed: 4.0 or later, for example 5.1: earlier ones have no Iceberg that reads a table as ` +
      'of a snapshot in SQL.',
  );
}

function requireWorkers({ numberOfWorkers, executionClass }: GlueSparkJobProps, workerType: string): void {
  if (!Token.isUnresolved(workerType)) {
    const types: readonly string[] = Object.values(GlueWorkerType);
    if (!types.includes(workerType)) {
      throw new Error(
        `workerType is "${workerType}". Allowed for Spark jobs of Glue 4.0 and later: ${types.join(', ')}.`,
      );
    }
    if (executionClass === GlueExecutionClass.FLEX && !FLEXIBLE.includes(workerType)) {
      throw new Error(
        `executionClass is FLEX with workers of type ${workerType}. Glue runs ${FLEXIBLE.join(' and ')} on spare capacity: ` +
          'choose one of them, or GlueExecutionClass.STANDARD.',
      );
    }
  }
  requireWhole('numberOfWorkers', numberOfWorkers, {
    minimum: 2,
    maximum: MOST_WORKERS[workerType] ?? 1000,
    unit: `workers of type ${workerType}`,
    remedy:
      'Leave it out for two: a driver and one that does the work. For more, larger ones are cheaper to feed.',
  });
}

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html: minutes, no more than seven days. */
function requireTimeout({ timeout }: GlueSparkJobProps): void {
  requireDuration('timeout', timeout, {
    minimum: 60,
    maximum: SEVEN_DAYS,
    remedy: 'Leave it out for one hour.',
  });
  if (timeout === undefined || timeout.isUnresolved()) return;
  if (timeout.toSeconds({ integral: false }) % 60 === 0) return;
  throw new Error(
    `timeout must be whole minutes. Received ${timeout.toSeconds({ integral: false })} seconds. Leave it out for one hour.`,
  );
}

function requireSettings(props: GlueSparkJobProps): void {
  for (const [name, value] of Object.entries(props.sparkSettings ?? {})) {
    if (Token.isUnresolved(name) || !/^spark\.[\w.-]+$/.test(name)) {
      throw new Error(
        `sparkSettings has "${name}". Names of Spark's settings are spark.<…>: letters, digits, dots, dashes.`,
      );
    }
    // Glue cuts its one argument for all of them at spaces.
    if (!Token.isUnresolved(value) && /\s/.test(value)) {
      throw new Error(
        `sparkSettings has "${value}" for ${name}. Glue takes values without spaces: set it in a script.`,
      );
    }
  }
  for (const name of Object.keys(props.arguments ?? {})) {
    if (Token.isUnresolved(name)) continue;
    if (!/^--[^\s=]+$/.test(name)) {
      throw new Error(`arguments has "${name}". Glue takes names with both dashes, for example --day.`);
    }
    if (OWN_ARGUMENTS.includes(name)) {
      throw new Error(
        `arguments has "${name}", which other options of the job decide: sparkSettings, autoScaling, jobBookmark.`,
      );
    }
  }
}
