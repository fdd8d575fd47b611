import type { DatasetName } from '../../../lib/contract/lineage/run-event';

/**
 * Names of datasets by the naming conventions of OpenLineage (https://openlineage.io/docs/spec/naming), which has none for
 * Kinesis and REST catalogs: streams are named as tables of Glue are, by their ARN.
 */

/** @param catalog namespace of tables of the Glue catalog; its URIs name no account */
export function tableName(uri: string, catalog = 'glue'): DatasetName {
  const [, database, table] = /^glue:\/\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
  if (database !== undefined) return { namespace: catalog, name: `table/${database}/${table}` };
  if (!uri.startsWith('rest+')) return objectName(uri);
  const { origin, pathname, searchParams } = new URL(uri.slice('rest+'.length));
  const parts = ['warehouse', 'namespace', 'table'].map((part) => searchParams.get(part) ?? '');
  return { namespace: origin + pathname.replace(/\/$/, ''), name: parts.join('/') };
}

/** `s3://bucket/key`, `gs://…`, `abfss://…`, `file:///path`. */
export function objectName(uri: string): DatasetName {
  if (uri.startsWith('file://')) return { namespace: 'file', name: uri.slice('file://'.length) };
  const [, namespace, name] = /^([a-z0-9]+:\/\/[^/]+)\/(.*)$/s.exec(uri) ?? [];
  return { namespace: namespace ?? 'unknown', name: name ?? uri };
}

/** @param arn `arn:<partition>:kinesis:<region>:<account>:stream/<name>` */
export function streamName(arn: string): DatasetName {
  const at = arn.lastIndexOf(':');
  return { namespace: arn.slice(0, at), name: arn.slice(at + 1) };
}
