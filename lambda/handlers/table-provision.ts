import type { Context } from 'aws-lambda';
import { ProvisionLog } from '../signals/provision-log';
import { deliverAnswer, physicalResourceId, tableRequest, type TableAnswer } from '../sources/table-resource';
import { createOrEvolveTable } from '../tables/create-table';
import { whenPermitted } from '../tables/when-permitted';

const log = new ProvisionLog();
/** Time kept back for the answer: a function that is stopped before it answers leaves the deployment hanging. */
const ANSWER_MILLISECONDS = 10_000;

/** Custom resource: creates or evolves the table it is given. Asked to delete, it keeps the table. */
export async function handler(event: unknown, context?: Context): Promise<TableAnswer> {
  const answer = await inTime(context, provision(event)).catch((error: unknown) => {
    log.failed(error, context);
    return {
      Status: 'FAILED' as const,
      Reason: reasonOf(error),
      PhysicalResourceId: physicalResourceId(event),
    };
  });
  await deliverAnswer(event, answer);
  return answer;
}

async function provision(event: unknown): Promise<TableAnswer> {
  // Before anything is checked: a resource whose creation failed over its properties must still be deletable.
  if ((event as { RequestType?: unknown } | undefined)?.RequestType === 'Delete') {
    return { Status: 'SUCCESS', PhysicalResourceId: physicalResourceId(event) };
  }
  const { tableUri, definition } = tableRequest(event);
  const { table, change, changes } = await whenPermitted(() => createOrEvolveTable(tableUri, definition));
  log.provisioned(tableUri, change, changes);
  return {
    Status: 'SUCCESS',
    PhysicalResourceId: tableUri,
    Data: { TableUuid: table.metadata['table-uuid'], MetadataLocation: table.metadataLocation },
  };
}

async function inTime<T>(context: Context | undefined, work: Promise<T>): Promise<T> {
  if (!context) return work;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('The table was not ready in time. Deploy again; what was done so far is kept.')),
      Math.max(0, context.getRemainingTimeInMillis() - ANSWER_MILLISECONDS),
    );
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
