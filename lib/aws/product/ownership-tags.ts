import type { ContractProperty, DataContract, SchemaObject } from '../../contract';

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

/** Every classification that occurs in a schema object, nested properties and list items included, in order. */
export function classificationsOf(schema: SchemaObject): string[] {
  const found = new Set<string>();
  const visit = (property: ContractProperty): void => {
    if (property.classification !== undefined) found.add(property.classification);
    property.properties.forEach(visit);
    if (property.items !== undefined) visit(property.items);
  };
  schema.properties.forEach(visit);
  return [...found].sort();
}

/** The team; where it has no name, as in a v3.0 contract, the member with the role of owner. */
export function ownerOf(contract: DataContract): string | undefined {
  const present = contract.team?.members.filter((member) => member.dateOut === undefined) ?? [];
  return contract.team?.name ?? present.find((member) => member.role?.toLowerCase() === 'owner')?.username;
}

/** Tag values of AWS: letters, digits, spaces and `_ . : / = + - @`, 256 at the most. */
function tagValue(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{Z}_.:/=+\-@]/gu, '_').slice(0, 256);
}
