import { App, Stack } from 'aws-cdk-lib';
import {
  DataContract,
  IngestStream,
  type IngestStreamProps,
  MedallionLake,
  StreamSource,
} from '../../lib/aws';

interface Promises {
  readonly latency?: string;
  readonly frequency?: string;
  readonly errorRate?: number;
}

/** A contract of two tables, with the service levels a test asks for. */
export function ordersContract(promises: Promises = {}): DataContract {
  const levels = [
    promises.latency === undefined ? '' : `  - { property: latency, ${promises.latency} }\n`,
    promises.frequency === undefined ? '' : `  - { property: frequency, ${promises.frequency} }\n`,
    promises.errorRate === undefined
      ? ''
      : `  - { property: errorRate, value: ${promises.errorRate}, unit: percent }\n`,
  ].join('');
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: 2a1f0c9d-orders
version: 2.1.0
status: active
domain: sales
dataProduct: orders
team: { name: order-data, members: [{ username: ada, role: Owner }] }
schema:
  - name: orders
    properties:
      - { name: order_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: email, logicalType: string, classification: restricted }
      - name: address
        logicalType: object
        properties: [{ name: street, logicalType: string, classification: confidential }]
  - name: payments
    properties:
      - { name: payment_id, logicalType: string, required: true }
${levels === '' ? '' : `slaProperties:\n${levels}`}`);
}

export interface Surroundings {
  readonly stack: Stack;
  readonly lake: MedallionLake;
  readonly stream: IngestStream;
  readonly source: StreamSource;
}

/** What a product needs around it. */
export function surroundings(streamProps: IngestStreamProps = {}): Surroundings {
  const stack = new Stack(new App(), 'Test');
  const stream = new IngestStream(stack, 'Stream', streamProps);
  return { stack, lake: new MedallionLake(stack, 'Lake'), stream, source: StreamSource.kinesis(stream) };
}
