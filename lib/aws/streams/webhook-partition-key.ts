import { requireHeaderName } from './header-name';

/** The settings of the handler that a partition key is. */
interface PartitionKeySettings {
  readonly partitionHeader?: string;
  readonly partitionField?: string;
}

/**
 * What the partition key of a webhook's records is: records of one key go to one shard. Where a record has no such value its
 * key is random; one of more than 256 characters is replaced by its SHA-256.
 */
export class WebhookPartitionKey {
  /** A key of its own for each record: the load is even. */
  static random(): WebhookPartitionKey {
    return new WebhookPartitionKey({});
  }

  /**
   * The value of a header, for example `X-GitHub-Delivery`: the records of a delivery together, those of its repetition too.
   * @throws Error for what is no name of a header
   */
  static header(name: string): WebhookPartitionKey {
    requireHeaderName('The header of a partition key', name);
    return new WebhookPartitionKey({ partitionHeader: name.toLowerCase() });
  }

  /**
   * The value of a field at the top of each record, a text, number or boolean, for example `ticket_id`.
   * @throws Error for an empty name
   */
  static field(name: string): WebhookPartitionKey {
    if (name === '')
      throw new Error('The field of a partition key has no name. Name one at the top of the records.');
    return new WebhookPartitionKey({ partitionField: name });
  }

  private constructor(
    /** @internal */
    readonly _settings: PartitionKeySettings,
  ) {}
}
