/** What a layout is filled in with. */
export interface PathValues {
  /** Event time; its date is taken in UTC. */
  readonly time: Date;
  /**
   * Values of the layout's fields by name, for example `{ event_type: 'click' }`.
   * @default - none
   */
  readonly fields?: { readonly [name: string]: string };
}

const TIME_FIELDS: { readonly [name: string]: (iso: string) => string } = {
  yyyy: (iso) => iso.slice(0, -20),
  MM: (iso) => iso.slice(-19, -17),
  dd: (iso) => iso.slice(-16, -14),
  HH: (iso) => iso.slice(-13, -11),
};

/**
 * Where objects lie in a zone, as a pattern with `{yyyy}`, `{MM}`, `{dd}`, `{HH}` of the event time in UTC, zero-padded,
 * and fields by name:
 *
 * - `landing/crm/{dd}` …, `raw/{event_type}/{yyyy}/{MM}/{dd}/{id}.json`
 * - `processed/events/year={yyyy}/month={MM}/day={dd}/hour={HH}/` (what Hive, Athena and Spark read partitions from)
 * - `curated/orders/dt={yyyy}-{MM}-{dd}/region={region}/`
 *
 * @throws Error for a pattern with a brace left open, a name that is none, or a leading slash
 */
export class PathLayout {
  /** The folder in front of the first placeholder: what grants, rules and notifications are limited to. */
  readonly prefix: string;
  /** Hive partition keys in their order, for example `year`, `month`, `day`. */
  readonly partitionKeys: string[];
  /** Names of the fields, without those of the time. */
  readonly fields: string[];

  constructor(readonly pattern: string) {
    const placeholders = [...pattern.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
    const wrong = placeholders.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    if (pattern.startsWith('/') || /[{}]/.test(pattern.replace(/\{[^{}]*\}/g, '')) || wrong !== undefined) {
      throw new Error(
        `"${pattern}" is not a path layout. Write folders without a leading slash and placeholders as {name}, ` +
          'for example "raw/{event_type}/year={yyyy}/month={MM}/day={dd}/".',
      );
    }
    this.prefix = pattern.replace(/\{.*$/s, '').replace(/[^/]*$/, '');
    this.partitionKeys = [...pattern.matchAll(/(?:^|\/)([^/={}]+)=[^/]*\{/g)].map(([, key]) => key);
    this.fields = placeholders.filter((name) => !Object.hasOwn(TIME_FIELDS, name));
  }

  /**
   * The layout as the prefix of an Amazon Data Firehose stream: `year=!{timestamp:yyyy}/…`, fields as
   * `!{partitionKeyFromQuery:name}`, for which the stream needs dynamic partitioning. Firehose takes the time a record
   * arrived, in UTC, and names the objects itself; Glue's partition keys are `partitionKeys`.
   * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
   * @throws Error for a pattern that does not end in a slash: Firehose would put what follows in front of its own names
   */
  firehosePrefix(): string {
    if (!this.pattern.endsWith('/')) {
      throw new Error(
        `"${this.pattern}" cannot be the prefix of a Firehose stream, which names its objects itself. Allowed: a folder, with a slash at the end.`,
      );
    }
    return this.pattern.replace(/\{([^{}]*)\}/g, (_, name: string) =>
      Object.hasOwn(TIME_FIELDS, name) ? `!{timestamp:${name}}` : `!{partitionKeyFromQuery:${name}}`,
    );
  }

  /**
   * The key of an object, or the folder where the pattern ends in a slash.
   * @throws Error for a time that is none, and for a field that is missing or empty
   */
  key(values: PathValues): string {
    const { time } = values;
    if (Number.isNaN(time.getTime()))
      throw new Error(`No event time for "${this.pattern}": received an invalid date.`);
    const iso = time.toISOString();
    return this.pattern.replace(/\{([^{}]*)\}/g, (_, name: string) => {
      if (Object.hasOwn(TIME_FIELDS, name)) return TIME_FIELDS[name](iso);
      const value = values.fields?.[name];
      if (value === undefined || value === '') {
        throw new Error(
          `"${this.pattern}" needs a value for "${name}". Received: ${Object.keys(values.fields ?? {}).join(', ')}.`,
        );
      }
      return escape(value);
    });
  }
}

/** As Hive escapes partition values, so that a value cannot leave its folder nor make up another. */
function escape(value: string): string {
  return value.replace(/[\x00-\x1f\x7f"#%'*/:=?\\{}[\]^]|^\.+$/g, (text) =>
    [...text]
      .map((character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}
