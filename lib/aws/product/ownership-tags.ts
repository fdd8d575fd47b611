import type { DataContract, SchemaObject } from '../../contract';
import { classificationsOf, ownerOf } from '../../contract/table-facts';

/** Tags of every resource of a product: whose it is, and what kind of data it holds. Absent facts make no tag. */
export function ownershipTags(contract: DataContract, schema: SchemaObject): Record<string, string> {
  const facts = {
    DataProduct: contract.dataProduct ?? contract.name ?? schema.name,
    DataDomain: contract.domain,
    DataOwner: ownerOf(contract),
    DataClassification: classificationsOf(schema).join(' '),
  };
  return Object.fromEntries(
    Object.entries(facts)
      .filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '')
      .map(([key, value]) => [key, tagValue(value)]),
  );
}

/** Tag values of AWS: letters, digits, spaces and `_ . : / = + - @`, 256 at the most. */
function tagValue(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{Z}_.:/=+\-@]/gu, '_').slice(0, 256);
}
