import type { ContractProperty } from './contract-property';
import type { DataContract } from './data-contract';
import type { SchemaObject } from './schema-object';

/** Tag of a property, and boolean custom property of one, that holds data of persons. */
const PERSONAL = 'pii';

/** Every classification that occurs in a schema object, nested properties and list items included, in order. */
export function classificationsOf(schema: SchemaObject): string[] {
  const found = schema.properties.flatMap(withNested).flatMap(({ classification }) => classification ?? []);
  return [...new Set(found)].sort();
}

/** The team; where it has no name, as in a v3.0 contract, the member with the role of owner. */
export function ownerOf(contract: DataContract): string | undefined {
  const present = contract.team?.members.filter((member) => member.dateOut === undefined) ?? [];
  return contract.team?.name ?? present.find((member) => member.role?.toLowerCase() === 'owner')?.username;
}

/** Whether a property, or one within it, holds personal data: its tag or classification is `pii`, or its custom property. */
export function isPersonal(property: ContractProperty): boolean {
  return withNested(property).some(
    ({ classification, tags, customProperties }) =>
      [classification, ...tags].some((word) => word?.toLowerCase() === PERSONAL) ||
      customProperties.some(({ property: name, value }) => name.toLowerCase() === PERSONAL && value === true),
  );
}

/** A property and all that is within it. */
export function withNested(property: ContractProperty): ContractProperty[] {
  const within =
    property.items === undefined ? property.properties : [...property.properties, property.items];
  return [property, ...within.flatMap(withNested)];
}

/**
 * What a reader of a table wants to know about where it comes from: properties of the table, and parameters of its entry
 * in the catalog by the names there, where tools look for them. (`classification` is taken there: it tells Glue the format
 * of files.)
 */
const FACTS = {
  'lakehouse.contract-id': 'contract_id',
  'lakehouse.contract-version': 'contract_version',
  'lakehouse.owner': 'owner',
  'lakehouse.domain': 'domain',
  'lakehouse.classification': 'data_classification',
  'lakehouse.pii': 'PII',
  'lakehouse.retention-days': 'retention_days',
} as const;

/** What the contract says of a table, as properties of it. Absent facts make none. */
export function tableFacts(contract: DataContract, schema: SchemaObject): { [property: string]: string } {
  const facts: Record<keyof typeof FACTS, string | undefined> = {
    'lakehouse.contract-id': contract.id,
    'lakehouse.contract-version': contract.version,
    'lakehouse.owner': ownerOf(contract),
    'lakehouse.domain': contract.domain,
    'lakehouse.classification': classificationsOf(schema).join(' '),
    'lakehouse.pii': String(schema.properties.some(isPersonal)),
    'lakehouse.retention-days': contract.sla.retentionDays?.toString(),
  };
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== ''),
  );
}

/** The parameters of a table's entry in the catalog that follow from its properties. */
export function catalogParameters(properties: { [property: string]: string } = {}): {
  [name: string]: string;
} {
  return Object.fromEntries(
    Object.entries(FACTS).flatMap(([property, name]) => {
      const value = properties[property];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
