import { App, Stack } from 'aws-cdk-lib';
import {
  DataContract,
  GovernedLake,
  type GovernedLakeProps,
  LakeCatalog,
  LakeTable,
  MedallionLake,
  TableContent,
  Zone,
} from '../../../../lib/aws';

export function customersContract(): DataContract {
  return DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: customers-1
version: 1.0.0
status: active
domain: Marketing
dataProduct: Customer Loyalty
team: { name: CRM Team }
schema:
  - name: customers
    properties:
      - { name: customer_id, logicalType: string, required: true, primaryKey: true }
      - { name: email, logicalType: string, classification: Confidential, tags: [pii] }
      - { name: country, logicalType: string, classification: public }
      - { name: tier, logicalType: string }
      - { name: points, logicalType: integer, classification: restricted }
      - { name: joined_at, logicalType: timestamp }
      - name: address
        logicalType: object
        properties: [{ name: street, logicalType: string, classification: confidential, tags: [pii] }]
`);
}

export interface Customers {
  readonly stack: Stack;
  readonly catalog: LakeCatalog;
  readonly lake: GovernedLake;
  readonly silver: LakeTable;
}

/** A governed lake with a silver table of customers. */
export function customers(props: Partial<GovernedLakeProps> = {}): Customers {
  const stack = new Stack(new App(), 'Shop');
  const catalog = new LakeCatalog(stack, 'Catalog', { lake: new MedallionLake(stack, 'Lake'), name: 'shop' });
  const lake = new GovernedLake(stack, 'Governed', { catalog, ...props });
  return { stack, catalog, lake, silver: customersTable(stack, catalog, Zone.SILVER) };
}

export function customersTable(
  stack: Stack,
  catalog: LakeCatalog,
  zone: Zone,
  content?: TableContent,
): LakeTable {
  return new LakeTable(stack, `Customers-${zone}-${content ?? 'rows'}`, {
    contract: customersContract(),
    catalog,
    zone,
    content,
  });
}
