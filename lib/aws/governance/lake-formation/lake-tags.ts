import { type CustomResource, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTag, CfnTagAssociation } from 'aws-cdk-lib/aws-lakeformation';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { ownerOf } from '../../../contract/table-facts';
import { Zone } from '../../../contract/zone';
import type { LakeCatalog, LakeTable } from '../../catalog';
import { later } from '../../granted-access';
import type { LakeFormationCalls } from './lake-formation-calls';
import type { ILakeFormationSettings } from './lake-formation-settings';
import type { ColumnSensitivity, Sensitivity } from './sensitivity';
import { requireFewTags, requireKnown, requireTagKey, tagValue, tooManyValues } from './tag-rules';

/** The facts of a contract that become LF-tags. */
export enum LakeTag {
  /** Of each column by the contract; a table has that of its most sensitive. */
  CLASSIFICATION = 'classification',
  /** `true` where a column, or some column of a table, holds personal data. */
  PII = 'pii',
  /** Of each database. */
  ZONE = 'zone',
  /** The contract's `domain`. */
  DOMAIN = 'domain',
  /** The contract's team. */
  OWNER = 'owner',
  /** The contract's `dataProduct`, else its name, else that of the schema object. */
  PRODUCT = 'product',
}

export interface LakeTagsProps {
  readonly catalog: LakeCatalog;
  readonly settings: ILakeFormationSettings;
  readonly sensitivity: Sensitivity;
  readonly calls: LakeFormationCalls;
  /** What is given by tags in a stack. */
  readonly readers: (stack: Stack) => IConstruct[];
  readonly keyPrefix: string;
  readonly omit: readonly LakeTag[];
  readonly databaseTags: { readonly [key: string]: string };
}

/** A condition on a tag, with the key as Lake Formation has it. */
export interface TagCondition {
  readonly tagKey: string;
  readonly tagValues: string[];
}

/** Tags whose values are the same whatever the contracts say, so that they are properties of the tag. */
const FIXED: readonly string[] = [LakeTag.CLASSIFICATION, LakeTag.PII, LakeTag.ZONE];
/** A tag has to have a value from the start. */
const NO_VALUE = 'none';

/** The LF-tags of a lake: their definitions with every value in use, and what carries them. */
export class LakeTags extends Construct {
  private readonly definitions = new Map<string, CfnTag>();
  private readonly values = new Map<string, Set<string>>();
  /** What adds the values of a tag that come from contracts, in their order. */
  private readonly added = new Map<string, Map<string, CustomResource>>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: LakeTagsProps,
  ) {
    super(scope, id);
    requireKnown('tagKeyPrefix', props.keyPrefix);
    for (const [key, value] of Object.entries(props.databaseTags)) {
      requireKnown('A key of databaseTags', key);
      requireKnown(`The value of ${key} in databaseTags`, value);
    }
    requireFewTags([...Object.values(LakeTag), ...Object.keys(props.databaseTags)]);
    this.node.addValidation({
      validate: () =>
        [...this.values].flatMap(
          ([key, values]) => tooManyValues(key, [...values], this.added.has(key)) ?? [],
        ),
    });
    const { sensitivity } = props;
    for (const one of sensitivity.classifications) this.use(LakeTag.CLASSIFICATION, one);
    for (const personal of [false, true]) this.use(LakeTag.PII, String(personal));
  }

  /** Tags a database with its zone, and whatever the user wants on all of them. */
  tagDatabase(zone: Zone): CfnTagAssociation | undefined {
    const { catalog, databaseTags } = this.props;
    const database = catalog.database(zone);
    const pairs = [
      this.use(LakeTag.ZONE, zone),
      ...Object.entries(databaseTags).map(([key, value]) => this.useKey(key, value)),
    ];
    return this.associate(
      this,
      `Database-${zone}`,
      { database: { catalogId: this.account, name: catalog.databaseName(zone) } },
      pairs,
      database === undefined ? [] : [database],
    );
  }

  /** Tags a table and each of its columns as its contract has it. */
  tagTable(table: LakeTable): void {
    const { sensitivity } = this.props;
    const contract = table._contract;
    const whole = sensitivity.ofTable(table);
    const place = { catalogId: this.account, databaseName: table.databaseName, name: table.tableName };
    const facts: [LakeTag, string | undefined][] = [
      [LakeTag.DOMAIN, contract.domain],
      [LakeTag.OWNER, ownerOf(contract)],
      [LakeTag.PRODUCT, contract.dataProduct ?? contract.name ?? table.schema.name],
    ];
    const pairs = [
      ...this.sensitivityPairs(whole),
      ...facts.map(([tag, value]) => (value === undefined ? undefined : this.use(tag, value))),
    ];
    const container = new Construct(table, 'LfTags');
    let before = this.associate(container, 'Table', { table: place }, pairs, [table.resource]);
    for (const [name, { columns, ...one }] of this.groups(table)) {
      // One after the other: Lake Formation refuses changes of one table that meet.
      before =
        this.associate(
          container,
          name,
          { tableWithColumns: { ...place, columnNames: columns } },
          this.sensitivityPairs(one),
          [table.resource, ...(before === undefined ? [] : [before])],
        ) ?? before;
    }
  }

  /** The condition on a tag for some of its values. */
  condition(tag: string, values: readonly string[]): TagCondition {
    return { tagKey: this.key(tag), tagValues: values.map(tagValue) };
  }

  /** The definitions that conditions speak of, for what must come after them. Some are made with the first table. */
  definitionsOf(conditions: readonly TagCondition[]): IDependable {
    return later(() => conditions.flatMap(({ tagKey, tagValues }) => this.defined(tagKey, tagValues)));
  }

  /** What a condition asks for that nothing carries: Lake Formation refuses a grant on it. */
  missing({ tagKey, tagValues }: TagCondition): string | undefined {
    const known = this.values.get(tagKey) ?? new Set<string>();
    const unknown = tagValues.find((value) => !known.has(value));
    if (unknown === undefined) return undefined;
    const used = known.size === 0 ? 'Nothing carries it' : `In use: ${[...known].sort().join(', ')}`;
    return `The LF-tag "${tagKey}" has no value "${unknown}". ${used}.`;
  }

  private groups(table: LakeTable): Map<string, ColumnSensitivity & { columns: string[] }> {
    const groups = new Map<string, ColumnSensitivity & { columns: string[] }>();
    for (const [column, one] of this.props.sensitivity.ofColumns(table) ?? []) {
      const name = `Columns-${one.classification}${one.personal ? '-pii' : ''}`;
      const group = groups.get(name) ?? { ...one, columns: [] };
      group.columns.push(column);
      groups.set(name, group);
    }
    return groups;
  }

  private sensitivityPairs({ classification, personal }: ColumnSensitivity): (Pair | undefined)[] {
    return [this.use(LakeTag.CLASSIFICATION, classification), this.use(LakeTag.PII, String(personal))];
  }

  /**
   * An association is kept when it is replaced or taken away: a list of columns that grows by one replaces it, and
   * CloudFormation would take the tag off the others after it had put it on all. Deleting a tag takes it off everything.
   * Whoever reads by another value than before has been given it by then, and sees the table all the time.
   */
  private associate(
    scope: Construct,
    id: string,
    resource: CfnTagAssociation.ResourceProperty,
    pairs: readonly (Pair | undefined)[],
    after: Construct[],
  ): CfnTagAssociation | undefined {
    const present = pairs.flatMap((pair) => pair ?? []);
    if (present.length === 0) return undefined;
    const association = new CfnTagAssociation(scope, id, {
      resource,
      lfTags: present.map(({ key, value }) => ({
        catalogId: this.account,
        tagKey: key,
        tagValues: [value],
      })),
    });
    association.applyRemovalPolicy(RemovalPolicy.RETAIN);
    association.node.addDependency(
      ...present.flatMap(({ key, value }) => this.defined(key, [value])),
      later(() => this.props.readers(Stack.of(association))),
      ...after,
    );
    return association;
  }

  private use(tag: LakeTag, value: string): Pair | undefined {
    return this.props.omit.includes(tag) ? undefined : this.useKey(tag, value);
  }

  private useKey(name: string, text: string): Pair {
    const key = this.key(name);
    const value = tagValue(text);
    const values = this.values.get(key) ?? new Set<string>();
    this.values.set(key, values.add(value));
    if (!this.definitions.has(key)) this.define(key, name);
    if (!FIXED.includes(name)) this.add(name, key, value);
    return { key, value };
  }

  /** One after the other: Lake Formation refuses changes of one tag that meet. */
  private add(name: string, key: string, value: string): void {
    const added = this.added.get(key) ?? new Map<string, CustomResource>();
    if (added.has(value)) return;
    const before = [...added.values()].at(-1);
    const id = `Value-${name}-${encodeURIComponent(value)}`;
    const after = [this.definitions.get(key)!, ...(before === undefined ? [] : [before])];
    this.added.set(key, added.set(value, this.props.calls.addTagValue(id, key, value, after)));
  }

  private defined(key: string, values: readonly string[]): Construct[] {
    return [
      ...[this.definitions.get(key) ?? []].flat(),
      ...values.flatMap((value) => this.added.get(key)?.get(value) ?? []),
    ];
  }

  private define(key: string, name: string): void {
    requireTagKey(key);
    const tag = new CfnTag(this, `Tag-${name}`, {
      catalogId: this.account,
      tagKey: key,
      tagValues: FIXED.includes(name)
        ? Lazy.list({ produce: () => [...this.values.get(key)!].sort() })
        : [NO_VALUE],
    });
    const { resource } = this.props.settings;
    if (resource) tag.addResourceDependency(resource);
    this.definitions.set(key, tag);
  }

  private key(name: string): string {
    return `${this.props.keyPrefix}${name}`.toLowerCase();
  }

  private get account(): string {
    return Stack.of(this).account;
  }
}

interface Pair {
  readonly key: string;
  readonly value: string;
}
