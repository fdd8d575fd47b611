import { writeFile } from 'node:fs/promises';
import type { IcebergPartitionSpec, IcebergSchema } from '../../lib/contract/iceberg-types';
import type { TableDefinition } from '../tables/create-table';
import type { SortColumn } from '../tables/sort-order';
import { describeValue, isObject, UnexpectedEvent } from './unexpected-event';

/** What CloudFormation asks about one table. */
export interface TableRequest {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly tableUri: string;
  readonly definition: TableDefinition;
}

export interface TableAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  /** The table's URI: a table that moves is another resource, and the old one is kept. */
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
}

/** CloudFormation refuses an answer of more than 4096 bytes. */
const LONGEST_REASON = 2000;
const ANSWER_ATTEMPTS = 4;

/**
 * Reads the properties of the custom resource `{ TableUri, Location, Schema, PartitionSpec, ClusterBy, Properties }`; `Schema`
 * and `PartitionSpec` are JSON text, since CloudFormation turns every number and boolean of a property into text.
 * `ClusterBy` is a list of columns to sort by; without it the table's order stays.
 *
 * @throws UnexpectedEvent naming the property at fault
 */
export function tableRequest(event: unknown): TableRequest {
  if (!isObject(event) || !isObject(event.ResourceProperties)) {
    throw new UnexpectedEvent(
      `Not a request of CloudFormation: no "ResourceProperties" in ${describeValue(event)}.`,
    );
  }
  const { RequestType: requestType, ResourceProperties: properties } = event;
  if (requestType !== 'Create' && requestType !== 'Update' && requestType !== 'Delete') {
    throw new UnexpectedEvent(
      `RequestType is ${describeValue(requestType)}. Allowed: "Create", "Update", "Delete".`,
    );
  }
  const location = properties.Location === undefined ? {} : { location: text(properties, 'Location') };
  return {
    requestType,
    tableUri: text(properties, 'TableUri'),
    definition: {
      ...location,
      schema: json<IcebergSchema>(properties, 'Schema'),
      partitionSpec: json<IcebergPartitionSpec>(properties, 'PartitionSpec'),
      ...sortOrder(properties),
      properties: texts(properties, 'Properties'),
    },
  };
}

/** What the resource is called so far; before it is created, what it is going to be called or some name. */
export function physicalResourceId(event: unknown): string {
  if (!isObject(event)) return 'table';
  const { PhysicalResourceId: current, LogicalResourceId: logical, ResourceProperties: properties } = event;
  const uri = isObject(properties) ? properties.TableUri : undefined;
  for (const name of [current, uri, logical]) if (typeof name === 'string' && name) return name;
  return 'table';
}

/**
 * Hands the answer to whoever asked: CloudFormation at its signed URL, or a file. Without a URL the answer is what the
 * function returns, and nobody waits for more.
 */
export async function deliverAnswer(event: unknown, answer: TableAnswer): Promise<void> {
  if (!isObject(event) || typeof event.ResponseURL !== 'string' || event.ResponseURL === '') return;
  const { ResponseURL: url, StackId, RequestId, LogicalResourceId } = event;
  const reason = answer.Reason === undefined ? {} : { Reason: answer.Reason.slice(0, LONGEST_REASON) };
  const body = JSON.stringify({ ...answer, ...reason, StackId, RequestId, LogicalResourceId });
  if (url.startsWith('file://')) return writeFile(new URL(url), body);
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(url, body);
    } catch (error) {
      // Unanswered, the deployment would hang for an hour.
      if (attempt === ANSWER_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    }
  }
}

async function put(url: string, body: string): Promise<void> {
  // As bytes: for text, fetch adds a content type, which is not part of what the URL's signature covers.
  const response = await fetch(url, { method: 'PUT', body: new TextEncoder().encode(body) });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${response.status}`);
}

function text(properties: Record<string, unknown>, name: string): string {
  const value = properties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new UnexpectedEvent(`${name} is ${describeValue(value)}. Allowed: text.`);
}

function json<T extends object>(properties: Record<string, unknown>, name: string): T {
  const value = text(properties, name);
  try {
    const parsed: unknown = JSON.parse(value);
    if (isObject(parsed) && Array.isArray(parsed.fields)) return parsed as unknown as T;
  } catch {
    // Said below.
  }
  throw new UnexpectedEvent(
    `${name} is ${describeValue(value)}. Allowed: a JSON object with a list "fields".`,
  );
}

function sortOrder({ ClusterBy: columns }: Record<string, unknown>): { sortOrder?: SortColumn[] } {
  if (columns === undefined) return {};
  if (!Array.isArray(columns) || !columns.every((column) => typeof column === 'string'))
    throw new UnexpectedEvent(`ClusterBy is ${describeValue(columns)}. Allowed: a list of column names.`);
  return { sortOrder: columns.map((column: string) => ({ column, direction: 'asc' })) };
}

function texts(properties: Record<string, unknown>, name: string): Record<string, string> {
  const value = properties[name] ?? {};
  if (isObject(value) && Object.values(value).every((entry) => typeof entry === 'string')) {
    return value as Record<string, string>;
  }
  throw new UnexpectedEvent(`${name} is ${describeValue(value)}. Allowed: an object of text values.`);
}
