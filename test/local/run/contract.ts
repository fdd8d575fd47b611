/** A contract for orders; two shards' worth of throughput. */
export const ORDERS_CONTRACT = `
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - { name: id, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: amount, logicalType: number, physicalType: 'decimal(18,4)' }
      - { name: at, logicalType: timestamp }
      - { name: paid, logicalType: boolean }
      - { name: note, logicalType: string }
slaProperties:
  - { property: throughput, value: 2000, unit: records/s }
`;
