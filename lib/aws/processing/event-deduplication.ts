import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { LogicalType, type SchemaObject } from '../../contract';
import type { DeduplicationSettings } from '../../contract/deduplication-settings';
import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { requireDuration } from '../bounds';
import { DeduplicationTable, type IDeduplicationTable } from './deduplication-table';

/** How far apart two records of one event are, and where it is remembered that there was one. */
export interface EventDeduplicationOptions {
  /**
   * Records of one event are duplicates when they arrive in the stream less than this apart: one second to 30 days.
   * @default Duration.hours(1)
   */
  readonly window?: Duration;

  /**
   * Where claims are kept. Processors that share a table are kept apart by the names of their products; those of one
   * name take an event once among them.
   * @default - a table of the processor's own, with its key
   */
  readonly table?: IDeduplicationTable;
}

/** What the processor says of itself. */
export interface EventDeduplicationScope {
  /** Schema of the records that arrive; undefined where no contract describes them. */
  readonly schema?: SchemaObject;
  readonly productName: string;
  /** Age at which a record is not tried any more. */
  readonly maxRecordAge: Duration;
  /** Key of a table made for the processor. */
  readonly encryptionKey: IKey;
}

/** What a processor deploys to take events once. */
export interface EventDeduplicationBinding {
  readonly table: IDeduplicationTable;
  /** Variables of the function. */
  readonly environment: { [name: string]: string };
}

const TYPES = [LogicalType.STRING, LogicalType.INTEGER];

/**
 * Takes each event once, also where its producer sent it twice: the first record that arrives is accepted, further ones
 * within the window are counted and left out. What that costs, and what it promises: docs/deduplication.md.
 */
export class EventDeduplication {
  /**
   * Events are known by a property of the record as the producer sent it, before any transform.
   *
   * @param property a text or an integer at the top of the record, for example `event_id`; a record without it is
   *   nobody's duplicate
   * @throws Error when the window is out of its bounds
   */
  static byProperty(property: string, options: EventDeduplicationOptions = {}): EventDeduplication {
    return new EventDeduplication(property, options);
  }

  private constructor(
    private readonly property: string,
    private readonly options: EventDeduplicationOptions,
  ) {
    requireDuration('window', options.window, {
      minimum: 1,
      maximum: 30 * 24 * 3600,
      remedy: 'Leave it out for one hour; what is to be unique for ever is the primary key of silver.',
    });
  }

  /**
   * Lets the role of a processor claim events. Called by the processor.
   *
   * @throws Error when the contract has no such property, or one that can be no id
   */
  bind(scope: Construct, grantee: IGrantable, of: EventDeduplicationScope): EventDeduplicationBinding {
    const window = this.options.window ?? Duration.hours(1);
    const table =
      this.options.table ??
      new DeduplicationTable(scope, 'Deduplication', { encryptionKey: of.encryptionKey });
    table.grantClaim(grantee);
    const settings: DeduplicationSettings = {
      table: `dynamodb://${table.table.tableName}`,
      fields: this.fields(of.schema),
      scope: of.productName,
      windowSeconds: window.toSeconds(),
      keepSeconds: window.toSeconds() + of.maxRecordAge.toSeconds(),
    };
    return { table, environment: { [HANDLER_ENVIRONMENT.deduplication]: JSON.stringify(settings) } };
  }

  private fields(schema: SchemaObject | undefined): string[] {
    if (schema === undefined) return [this.property];
    const found = schema.properties.find(({ name }) => name === this.property);
    if (found !== undefined && TYPES.includes(found.logicalType)) {
      return found.physicalName === undefined ? [found.name] : [found.name, found.physicalName];
    }
    const allowed = schema.properties
      .filter(({ logicalType }) => TYPES.includes(logicalType))
      .map(({ name }) => name);
    const problem =
      found === undefined ? 'has no such property' : `has it as ${found.logicalType}, which can be no id`;
    throw new Error(
      `Events of "${schema.name}" cannot be told apart by "${this.property}": the contract ${problem}. ` +
        `Allowed: a text or an integer at the top of the record, here ${allowed.join(', ')}.`,
    );
  }
}
