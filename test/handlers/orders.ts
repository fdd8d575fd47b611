import { DataContract } from '../../lib/contract';

/** A contract with one of each: text, integer, decimal, instant, structure, list. */
export function ordersContract(version = '1.0.0', maximumQuantity = 1000): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: orders-contract
name: orders
version: ${version}
status: active
schema:
  - name: orders
    properties:
      - { name: order_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1 }
      - { name: quantity, logicalType: integer, required: true, logicalTypeOptions: { minimum: 1, maximum: ${maximumQuantity} } }
      - { name: amount, logicalType: number, physicalType: 'decimal(12,2)' }
      - { name: placed_at, logicalType: timestamp, required: true }
      - name: customer
        logicalType: object
        properties:
          - { name: id, logicalType: integer }
          - { name: vip, logicalType: boolean }
      - { name: tags, logicalType: array, items: { logicalType: string } }
`);
}

export function order(index: number, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    order_id: `o-${index}`,
    quantity: (index % 9) + 1,
    amount: 19.99,
    placed_at: '2026-03-01T10:00:00.123456Z',
    customer: { id: index, vip: index % 2 === 0 },
    tags: ['web', 'new'],
    ...change,
  });
}
