import type { Server } from '../server';
import { plain } from './document';
import type { Fields } from './fields';
import { readCustomProperties } from './read-custom-properties';
import { readRoles } from './read-ownership';

/** Server types of the standard, v3.1. */
const SERVER_TYPES = [
  ...[
    'api',
    'athena',
    'azure',
    'bigquery',
    'clickhouse',
    'cloudsql',
    'custom',
    'databricks',
    'db2',
    'denodo',
  ],
  ...[
    'dremio',
    'duckdb',
    'glue',
    'hive',
    'impala',
    'informix',
    'kafka',
    'kinesis',
    'local',
    'mysql',
    'oracle',
  ],
  ...['postgres', 'postgresql', 'presto', 'pubsub', 'redshift', 's3', 'sftp', 'snowflake', 'sqlserver'],
  ...['synapse', 'trino', 'vertica', 'zen'],
];
/** Keys every server has; the rest are particular to its type. */
const COMMON_KEYS = ['id', 'server', 'type', 'environment', 'description', 'roles', 'customProperties'];

/** Reads `servers`. */
export function readServers(contract: Fields): Server[] {
  return contract.maps('servers').map((server) => {
    const details = [...server.node.entries].filter(([key]) => !COMMON_KEYS.includes(key));
    if (!server.has('type')) server.requiredString('type', `one of ${SERVER_TYPES.join(', ')}`);
    return {
      server: server.requiredString('server', 'the name of the server') ?? '',
      type: server.oneOf('type', SERVER_TYPES) ?? '',
      environment: server.string('environment'),
      description: server.string('description'),
      roles: readRoles(server),
      details: Object.fromEntries(details.map(([key, value]) => [key, plain(value)])),
      customProperties: readCustomProperties(server),
    };
  });
}
