import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import { ConfigurationError, type Environment, json, matching } from './environment';
import { isTableUri, TABLE_URI_FORMS } from './tables-and-queues';

/** What a function that erases subjects was told. */
export interface ErasureConfiguration {
  /** URIs of the tables it may erase from, sources before what is made from them. */
  readonly tables: readonly string[];
  /** URI of the folder that records go to. */
  readonly records: string;
  /** ARNs of the secrets whose texts are keys of masks. */
  readonly maskingKeys: readonly string[];
}

/** @throws ConfigurationError naming the variable, its value and what is allowed. */
export function readErasureConfiguration(environment: Environment = process.env): ErasureConfiguration {
  const { erasureTables, erasureRecords, maskingKeys } = HANDLER_ENVIRONMENT;
  const tables = texts(environment, erasureTables);
  if (tables.length === 0 || !tables.every(isTableUri)) {
    throw new ConfigurationError(
      `${erasureTables} is ${JSON.stringify(tables)}. Allowed: a JSON list of at least one of ${TABLE_URI_FORMS}.`,
    );
  }
  const forms = 's3://<bucket>/<prefix>, file:///<directory>';
  return {
    tables,
    records: matching(environment, erasureRecords, /^(s3:\/\/[^/]+\/.+|file:\/\/\/.+)$/, forms),
    maskingKeys: texts(environment, maskingKeys),
  };
}

function texts(environment: Environment, variable: string): string[] {
  const list = json(environment, variable) ?? [];
  if (Array.isArray(list) && list.every((text) => typeof text === 'string')) return list;
  throw new ConfigurationError(`${variable} is "${environment[variable]}". Allowed: a JSON list of texts.`);
}
