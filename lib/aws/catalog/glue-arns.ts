import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The resources Glue checks for a call on a table: the account's catalog, the database, and the table itself. */
export function tableArns(scope: IConstruct, databaseName: string, tableName: string): string[] {
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName?: string): string =>
    stack.formatArn({ service: 'glue', resource, resourceName });
  return [arn('catalog'), arn('database', databaseName), arn('table', `${databaseName}/${tableName}`)];
}
