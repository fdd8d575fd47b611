import type { CustomProperty } from './custom-property';
import type { Role, SupportChannel, Team } from './ownership';
import { readFile } from './reading/read-file';
import { readText } from './reading/read-text';
import type { SchemaObject } from './schema-object';
import type { Server } from './server';
import type { ServiceLevels, SlaProperty } from './service-levels';

/** How a contract given as text is read. */
export interface ContractTextOptions {
  /**
   * Named in errors.
   * @default contract
   */
  readonly fileName?: string;
}

/**
 * What a contract is made of.
 * @internal
 */
export interface _DataContractFields {
  readonly id: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly status: string;
  readonly name?: string;
  readonly domain?: string;
  readonly tenant?: string;
  readonly dataProduct?: string;
  readonly purpose?: string;
  readonly schemas: SchemaObject[];
  readonly sla: ServiceLevels;
  readonly slaProperties: SlaProperty[];
  readonly team?: Team;
  readonly support: SupportChannel[];
  readonly servers: Server[];
  readonly roles: Role[];
  readonly tags: string[];
  readonly customProperties: CustomProperty[];
}

/** A data contract of the Open Data Contract Standard (ODCS) v3.0 or v3.1, checked. */
export class DataContract {
  /**
   * Reads a contract, YAML or JSON. Where a lock lies beside it (`orders.odcs.lock.json` beside `orders.odcs.yaml`,
   * made by `npx lakehouse lock`), what changed since must not break those who read the contract's tables.
   *
   * @throws ContractError listing every problem when the file is absent, the contract is not valid or breaks its lock.
   */
  public static fromFile(path: string): DataContract {
    return new DataContract(readFile(path));
  }

  /**
   * Reads a contract from YAML or JSON text.
   *
   * @throws ContractError listing every problem when the contract is not valid.
   */
  public static fromString(text: string, options: ContractTextOptions = {}): DataContract {
    return new DataContract(readText(text, options.fileName ?? 'contract'));
  }

  public readonly id: string;
  /** Version of the contract. */
  public readonly version: string;
  /** Version of the standard, for example `v3.1.0`. */
  public readonly apiVersion: string;
  /** For example `proposed`, `draft`, `active`, `deprecated`, `retired`. */
  public readonly status: string;
  public readonly name?: string;
  public readonly domain?: string;
  public readonly tenant?: string;
  public readonly dataProduct?: string;
  /** What the data is for: `description.purpose`. */
  public readonly purpose?: string;
  public readonly schemas: SchemaObject[];
  /** The service levels this library acts on, in fixed units. */
  public readonly sla: ServiceLevels;
  /** Every service level, as written. */
  public readonly slaProperties: SlaProperty[];
  public readonly team?: Team;
  public readonly support: SupportChannel[];
  public readonly servers: Server[];
  public readonly roles: Role[];
  public readonly tags: string[];
  public readonly customProperties: CustomProperty[];

  private constructor(fields: _DataContractFields) {
    this.id = fields.id;
    this.version = fields.version;
    this.apiVersion = fields.apiVersion;
    this.status = fields.status;
    this.name = fields.name;
    this.domain = fields.domain;
    this.tenant = fields.tenant;
    this.dataProduct = fields.dataProduct;
    this.purpose = fields.purpose;
    this.schemas = fields.schemas;
    this.sla = fields.sla;
    this.slaProperties = fields.slaProperties;
    this.team = fields.team;
    this.support = fields.support;
    this.servers = fields.servers;
    this.roles = fields.roles;
    this.tags = fields.tags;
    this.customProperties = fields.customProperties;
  }

  /**
   * The schema object of that name.
   *
   * @param name the first schema object when absent.
   * @throws Error when the contract has none of that name, or none at all.
   */
  public schema(name?: string): SchemaObject {
    const found = name === undefined ? this.schemas[0] : this.schemas.find((schema) => schema.name === name);
    if (found !== undefined) return found;
    if (name === undefined)
      throw new Error(`Contract ${this.id} describes no schema object: add one under "schema".`);
    const known = this.schemas.map((schema) => schema.name).join(', ');
    throw new Error(
      `Contract ${this.id} has no schema object "${name}". It has: ${known === '' ? 'none' : known}.`,
    );
  }
}
