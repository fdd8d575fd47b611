import { DataContract } from '../../lib/contract';

/** A contract with a bit of everything that shows in a template. */
export const ordersContract = () =>
  DataContract.fromString(
    `
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:shop:orders
version: 1.2.0
status: active
name: orders
domain: sales
team:
  name: checkout
schema:
  - name: orders
    description: One order each
    properties:
      - { name: order_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: ordered_at, logicalType: timestamp, required: true, partitioned: true, partitionKeyPosition: 1 }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)' }
      - name: address
        logicalType: object
        properties:
          - { name: city, logicalType: string, classification: confidential }
      - name: tags
        logicalType: array
        items: { name: tag, logicalType: string }
slaProperties:
  - { property: latency, value: 5, unit: min }
  - { property: frequency, value: 15, unit: min }
  - { property: retention, value: 2, unit: y }
`,
    { fileName: 'orders.odcs.yaml' },
  );
