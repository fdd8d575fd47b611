import { createHash } from 'node:crypto';
import type { DataContract } from '../data-contract';
import { QualityGates } from '../quality';
import type { SchemaObject } from '../schema-object';
import { ownerOf } from '../table-facts';

/** What a registry holds of one major version of a data product. */
export interface ProductEntry {
  readonly name: string;
  readonly domain: string;
  /** Of the contract, whole: `2.1.0`. */
  readonly version: string;
  /** Of the contract: `active`, `deprecated`, `retired`, … */
  readonly status: string;
  readonly contract: string;
  readonly purpose?: string;
  readonly owner?: string;
  readonly support: readonly ProductSupport[];
  readonly serviceLevels: readonly ProductServiceLevel[];
  /** Day after which nobody answers for it; of the service level `endOfSupport`. */
  readonly endOfSupport?: string;
  /** Day after which it is gone; of the service level `endOfLife`. */
  readonly endOfLife?: string;
  readonly qualityGates: number;
  readonly outputPorts: readonly OutputPort[];
  /** Tables and folders by URI, streams by ARN, that it is made of. */
  readonly inputs: readonly string[];
  readonly environment?: string;
  readonly account: string;
  readonly region: string;
}

/** Where consumers read. */
export interface OutputPort {
  readonly zone: string;
  /** `glue://<database>/<table>` */
  readonly table: string;
  /** `s3://<bucket>/<folder>` */
  readonly location: string;
  readonly format: string;
  /** Name of the Avro record. */
  readonly schema: string;
  /** First 16 digits of the SHA-256 of the Avro schema as JSON: other rows, other hash. */
  readonly schemaHash: string;
}

export interface ProductSupport {
  readonly channel: string;
  readonly url?: string;
}

export interface ProductServiceLevel {
  readonly property: string;
  /** As written, for example `5 min`. */
  readonly value: string;
}

/** Where one table of a product is, and what it is made of. */
export interface ProductPlace {
  readonly ports: readonly { readonly zone: string; readonly table: string; readonly location: string }[];
  readonly inputs: readonly string[];
  readonly environment?: string;
  readonly account: string;
  readonly region: string;
}

/** Dates of a product's end are entries of their own, not promises. https://bitol-io.github.io/open-data-contract-standard/ */
const END_OF_SUPPORT = 'endOfSupport';
const END_OF_LIFE = 'endOfLife';

/** What tells products of a registry apart: two of one major version are the same product. */
export interface ProductIdentity {
  readonly domain: string;
  readonly name: string;
  readonly major: number;
}

/** @throws Error when the contract does not say what a registry files products under */
export function productIdentity(contract: DataContract, schema: SchemaObject): ProductIdentity {
  const { domain, version } = contract;
  const product = contract.dataProduct ?? contract.name ?? contract.schemas[0].name;
  if (domain === undefined) {
    throw new Error(
      `Contract ${contract.id} has no domain, which a registry files products under. Add one: "domain: marketing".`,
    );
  }
  // The tables of one contract are products of their own.
  const name = schema === contract.schemas[0] ? product : `${product}.${schema.name}`;
  return { domain, name, major: majorOf(version, `Contract ${contract.id}`) };
}

/** @throws Error naming the place for a version that begins with no number */
export function majorOf(version: string, place: string): number {
  const match = /^v?(\d{1,9})(?:\.|$)/.exec(version);
  if (match !== null) return Number(match[1]);
  throw new Error(
    `${place} has the version "${version}". A registry keeps one entry for each major version: begin with its number, as in 1.0.0.`,
  );
}

export function productEntry(
  contract: DataContract,
  schema: SchemaObject,
  { ports, inputs, environment, account, region }: ProductPlace,
): ProductEntry {
  const { domain, name } = productIdentity(contract, schema);
  const avro = schema.avroSchema();
  const schemaHash = createHash('sha256').update(JSON.stringify(avro)).digest('hex').slice(0, 16);
  const level = (wanted: string): string | undefined => {
    const found = contract.slaProperties.find(({ property }) => property === wanted)?.value;
    return found === undefined || found === null ? undefined : String(found);
  };
  return {
    name,
    domain,
    version: contract.version,
    status: contract.status,
    contract: contract.id,
    purpose: contract.purpose,
    owner: ownerOf(contract),
    support: contract.support.map(({ channel, url }) => ({ channel, url })),
    serviceLevels: contract.slaProperties
      .filter(({ property }) => property !== END_OF_SUPPORT && property !== END_OF_LIFE)
      .map(({ property, value, unit, element }) => ({
        property: element === undefined ? property : `${property} of ${element}`,
        value: unit === undefined ? String(value) : `${String(value)} ${unit}`,
      })),
    endOfSupport: level(END_OF_SUPPORT),
    endOfLife: level(END_OF_LIFE),
    qualityGates: QualityGates.of(schema).gates.length,
    outputPorts: ports.map(({ zone, table, location }) => ({
      zone,
      table,
      location,
      format: 'iceberg',
      schema: String(avro.name),
      schemaHash,
    })),
    inputs,
    environment,
    account,
    region,
  };
}

/**
 * The entry as JSON, the same for the same entry. Parameter Store takes `{{` for the name of another parameter, and JSON has it in
 * texts only, where it may be written otherwise.
 */
export function productEntryText(entry: ProductEntry): string {
  return JSON.stringify(entry).replaceAll('{{', '\\u007b\\u007b');
}
