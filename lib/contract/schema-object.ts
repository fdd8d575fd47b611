import { avroSchema } from './avro-schema';
import { catalogName, columnName } from './column-name';
import type { ContractProperty } from './contract-property';
import type { CustomProperty } from './custom-property';
import { jsonSchema } from './json-schema';
import { partitionTransform } from './partition-spec';
import type { QualityRule } from './quality-rule';
import { criticalFields, schemaHash } from './schema-shape';

/**
 * Custom property of a schema object: false rejects records with fields the contract does not name, true says that they
 * are expected.
 */
export const ADDITIONAL_PROPERTIES = 'additionalProperties';
/** Custom property of a schema object: the name of the property that holds when the event happened. */
export const EVENT_TIME = 'eventTime';
/** Custom property of a schema object: `{ property, values }` of the records that delete the row of their key. */
export const DELETED_WHEN = 'deletedWhen';

/** The records that delete: those whose property holds one of the values. */
export interface DeletionMark {
  /** Name of the property. */
  readonly property: string;
  /** Text, numbers or booleans. */
  readonly values: unknown[];
}

/** One column of the partition spec. */
export interface PartitionColumn {
  /** Name of the property. */
  readonly property: string;
  /** Name of the column. */
  readonly column: string;
  /** Iceberg transform: `identity`, `year`, `month`, `day`, `hour`, `bucket[N]`, `truncate[W]`. */
  readonly transform: string;
}

/**
 * What a schema object is made of.
 * @internal
 */
export interface _SchemaObjectFields {
  readonly name: string;
  readonly physicalName?: string;
  readonly description?: string;
  readonly properties: ContractProperty[];
  readonly quality: QualityRule[];
  readonly tags: string[];
  readonly customProperties: CustomProperty[];
}

/** One schema object of a contract: a table, and the shape of the records that fill it. */
export class SchemaObject {
  /** @internal */
  public static _of(fields: _SchemaObjectFields): SchemaObject {
    return new SchemaObject(fields);
  }

  public readonly name: string;
  /** Name in the store as the contract gives it. */
  public readonly physicalName?: string;
  /** Name of the tables in every zone: the physical name, else the name, in `[a-z0-9_]`. */
  public readonly tableName: string;
  public readonly description?: string;
  public readonly properties: ContractProperty[];
  public readonly quality: QualityRule[];
  public readonly tags: string[];
  public readonly customProperties: CustomProperty[];
  /** Names of the key properties in `primaryKeyPosition` order; empty without a primary key. */
  public readonly primaryKey: string[];
  /** Partition columns in `partitionKeyPosition` order; empty for an unpartitioned table. */
  public readonly partitionColumns: PartitionColumn[];
  /** False where the custom property `additionalProperties` is false: records with unknown fields are then rejected. */
  public readonly allowsUnknownFields: boolean;
  /**
   * True where the custom property `additionalProperties` is true: unknown fields are kept, and are no drift of the
   * schema. Without the property they are kept, and are one.
   */
  public readonly expectsUnknownFields: boolean;
  /**
   * Paths of the properties with `criticalDataElement: true` (ODCS v3), for example `device.serial` or `items[].sku`, in
   * the contract's order.
   */
  public readonly criticalFields: string[];
  /**
   * Hash of the shape of a record: of the paths of its fields, their types and whether they are required. 16 hexadecimal
   * digits of a SHA-256. The order of the properties makes no difference.
   */
  public readonly schemaHash: string;
  /**
   * Name of the property that holds when the event happened, from the custom property `eventTime`: of two records of
   * one key the later wins. Undefined where the arrival decides.
   */
  public readonly eventTime?: string;
  /** Records that delete the row of their key, from the custom property `deletedWhen`. Undefined where none do. */
  public readonly deletion?: DeletionMark;

  private constructor(fields: _SchemaObjectFields) {
    this.name = fields.name;
    this.physicalName = fields.physicalName;
    this.tableName = catalogName(fields.physicalName ?? fields.name);
    this.description = fields.description;
    this.properties = fields.properties;
    this.quality = fields.quality;
    this.tags = fields.tags;
    this.customProperties = fields.customProperties;
    this.primaryKey = byPosition(
      fields.properties.filter((property) => property.primaryKey),
      (property) => property.primaryKeyPosition,
    ).map((property) => property.name);
    this.partitionColumns = byPosition(
      fields.properties.filter((property) => property.partitioned),
      (property) => property.partitionKeyPosition,
    ).map((property) => ({
      property: property.name,
      column: columnName(property),
      transform: partitionTransform(property),
    }));
    const custom = (name: string): unknown =>
      fields.customProperties.find(({ property }) => property === name)?.value;
    this.allowsUnknownFields = !fields.customProperties.some(
      ({ property, value }) => property === ADDITIONAL_PROPERTIES && value === false,
    );
    this.expectsUnknownFields = this.allowsUnknownFields && custom(ADDITIONAL_PROPERTIES) === true;
    this.criticalFields = criticalFields(fields.properties);
    this.schemaHash = schemaHash(fields.properties);
    this.eventTime = custom(EVENT_TIME) as string | undefined;
    this.deletion = custom(DELETED_WHEN) as DeletionMark | undefined;
  }

  /** The Avro schema of a record (Avro 1.11), as JSON. */
  public avroSchema(): { [key: string]: unknown } {
    return avroSchema(this);
  }

  /** The JSON Schema of a record (draft 2020-12). */
  public jsonSchema(): { [key: string]: unknown } {
    return jsonSchema(this);
  }
}

function byPosition(
  properties: ContractProperty[],
  position: (property: ContractProperty) => number | undefined,
): ContractProperty[] {
  const rank = (property: ContractProperty) => position(property) ?? Number.MAX_SAFE_INTEGER;
  return [...properties].sort((left, right) => rank(left) - rank(right));
}
