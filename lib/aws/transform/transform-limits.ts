import { Token } from 'aws-cdk-lib';
import { requireDuration, requireWhole } from '../bounds';
import type { SqlTransformProps } from './sql-transform-props';

/** Refuses options of the function where a container takes its place. */
export function requireNoFunctionOptions(props: SqlTransformProps): void {
  const given = FUNCTION_OPTIONS.find((name) => props[name] !== undefined);
  if (given === undefined) return;
  throw new Error(
    `${given} is given, but the engine runs in a container, which takes the function's place. Leave it out: the ` +
      'container has options of its own, SqlEngine.duckdb({ … }).',
  );
}

/** What a container would leave unheeded. */
const FUNCTION_OPTIONS = [
  'memorySize',
  'timeout',
  'retryAttempts',
  'reservedConcurrentExecutions',
  'network',
  'role',
  'logRetention',
] as const;

/** Refuses at synthesis what Lambda or SQS would refuse at deployment. */
export function requireDeployable(props: SqlTransformProps): void {
  requireWhole('memorySize', props.memorySize, {
    minimum: 128,
    maximum: 10_240,
    unit: 'MB',
    remedy: 'Leave it out for 512.',
  });
  requireDuration('timeout', props.timeout, {
    minimum: 30,
    maximum: 900,
    remedy: 'Leave it out for fifteen minutes; what takes longer is waited for in turns.',
  });
  requireWhole('retryAttempts', props.retryAttempts, {
    minimum: 0,
    maximum: 999,
    remedy: 'Leave it out for 20.',
  });
  requireWhole('reservedConcurrentExecutions', props.reservedConcurrentExecutions, {
    minimum: 1,
    maximum: 1000,
    unit: 'invocations',
    remedy: 'One is enough: runs for a table follow one another; 0 would stop the function.',
  });
  if (Token.isUnresolved(props.sql.text)) {
    throw new Error('sql is known only at deployment. Give text or a file that is there at synthesis.');
  }
}
