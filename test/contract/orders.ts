import { DataContract } from '../../lib/contract';

/** A contract that uses every part of the standard this library reads. */
export const ORDERS = `
apiVersion: v3.1.0
kind: DataContract
id: urn:contract:orders
name: Orders
version: 2.1.0
status: active
domain: sales
tenant: acme
dataProduct: order-events
description:
  purpose: Every order placed in the shop.
tags: [sales, events]
schema:
  - name: Order Events
    physicalName: order_events
    logicalType: object
    description: One row for each order placed.
    tags: [orders]
    quality:
      - metric: rowCount
        mustBeGreaterThan: 0
    customProperties:
      - property: additionalProperties
        value: false
    properties:
      - name: orderId
        physicalName: order_id
        logicalType: string
        logicalTypeOptions: { format: uuid }
        required: true
        unique: true
        primaryKey: true
        primaryKeyPosition: 2
        description: Identifier of the order.
      - name: shop
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        partitioned: true
        partitionKeyPosition: 2
        customProperties: [{ property: partitionTransform, value: 'bucket[16]' }]
        logicalTypeOptions: { pattern: '^[A-Z]{2}-\\d+$', maxLength: 12 }
      - name: orderedAt
        physicalName: ordered_at
        logicalType: timestamp
        required: true
        partitioned: true
        partitionKeyPosition: 1
      - name: total
        logicalType: number
        physicalType: DECIMAL(18, 2)
        required: true
        logicalTypeOptions: { minimum: 0 }
      - name: sequence
        logicalType: integer
        logicalTypeOptions: { maximum: 9223372036854775806 }
      - name: score
        logicalType: number
        logicalTypeOptions: { minimum: 0, exclusiveMaximum: 1 }
      - name: express
        logicalType: boolean
      - name: deliverOn
        logicalType: date
      - name: opensAt
        logicalType: time
      - name: localTime
        logicalType: timestamp
        logicalTypeOptions: { timezone: false }
      - name: US price
        physicalName: us_price
        logicalType: number
        logicalTypeOptions: { format: f32 }
      - name: trace
        physicalType: uuid
      - name: photo
        physicalType: bytea
      - name: customer
        logicalType: object
        required: true
        logicalTypeOptions: { required: [email] }
        properties:
          - name: email
            logicalType: string
            classification: confidential
            logicalTypeOptions: { format: email }
          - name: address
            logicalType: object
            properties:
              - { name: city, logicalType: string }
              - { name: zip, logicalType: string }
      - name: lines
        logicalType: array
        logicalTypeOptions: { minItems: 1 }
        items:
          logicalType: object
          required: true
          properties:
            - { name: sku, logicalType: string, required: true }
            - { name: quantity, logicalType: integer, required: true, logicalTypeOptions: { format: i32, minimum: 1 } }
            - name: discounts
              logicalType: array
              items: { logicalType: number, physicalType: 'decimal(5,4)' }
      - name: labels
        logicalType: array
        logicalTypeOptions: { uniqueItems: true }
        items: { logicalType: string }
      - name: attributes
        logicalType: object
      - name: history
        logicalType: array
slaProperties:
  - { property: latency, value: 15, unit: m }
  - { property: frequency, value: 1, unit: d }
  - { property: retention, value: 2, unit: y }
  - { property: throughput, value: 6000, unit: records/min }
  - { property: errorRate, value: 0.5, unit: percent }
team:
  name: Shop
  members: [{ username: jdoe, role: owner }]
support:
  - { channel: '#shop-data', tool: slack }
servers:
  - { server: production, type: kinesis, region: eu-central-1, format: json }
roles:
  - { role: analyst, access: read }
customProperties:
  - { property: costCentre, value: 4711 }
`;

export function ordersContract(): DataContract {
  return DataContract.fromString(ORDERS, { fileName: 'orders.odcs.yaml' });
}
