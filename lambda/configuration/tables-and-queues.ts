import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { ConfigurationError, type Environment, matching, required } from './environment';

/** Forms of a table URI, one for each catalog (lib/contract/handler-environment.ts). */
const TABLE_URIS = [
  /^glue:\/\/[^/]+\/[^/]+$/,
  /^(s3|gs|abfss):\/\/[^/]+\/.+$/,
  /^file:\/\/\/.+$/,
  /^rest\+https?:\/\/.+\?.+$/,
];
export const TABLE_URI_FORMS =
  'glue://<database>/<table>, s3://<bucket>/<prefix>, gs://<bucket>/<prefix>, ' +
  'abfss://<container>@<account>.dfs.core.windows.net/<prefix>, file:///<directory>, ' +
  'rest+https://<catalog>?warehouse=<warehouse>&namespace=<namespace>&table=<table>';

/** URL of an SQS queue, or a directory that stands for one on a laptop. */
const QUEUE_URL = /^(https?:\/\/.+\/.+|file:\/\/\/.+)$/;

export function isTableUri(text: string): boolean {
  return TABLE_URIS.some((form) => form.test(text));
}

export function tableUri(environment: Environment, variable: string): string {
  const value = required(environment, variable, TABLE_URI_FORMS);
  if (isTableUri(value)) return value;
  throw new ConfigurationError(`${variable} is "${value}". Allowed: ${TABLE_URI_FORMS}.`);
}

/** URI of a table that need not be given. */
export function optionalTableUri(environment: Environment, variable: string): string | undefined {
  return environment[variable] === undefined ? undefined : tableUri(environment, variable);
}

export function queueUrl(environment: Environment, variable: string): string {
  return matching(environment, variable, QUEUE_URL, 'the URL of an SQS queue');
}

/** @throws ConfigurationError when two of the variables name one table. */
export function requireDistinct(environment: Environment, names: (keyof typeof HANDLER_ENVIRONMENT)[]): void {
  const first = new Map<string, string>();
  for (const name of names) {
    const variable = HANDLER_ENVIRONMENT[name];
    const uri = environment[variable];
    if (uri === undefined) continue;
    const other = first.get(uri);
    if (other !== undefined)
      throw new ConfigurationError(
        `${other} and ${variable} name the same table, "${uri}". Each needs its own.`,
      );
    first.set(uri, variable);
  }
}
