import { columnName } from '../../../contract/column-name';
import type { ContractProperty } from '../../../contract/contract-property';
import { isPersonal, withNested } from '../../../contract/table-facts';
import { TECHNICAL_COLUMNS } from '../../../contract/technical-columns';
import { Zone } from '../../../contract/zone';
import { type LakeTable, TableContent } from '../../catalog';

/** What a column holds. */
export interface ColumnSensitivity {
  readonly classification: string;
  readonly personal: boolean;
}

/** From the least to the most sensitive. */
const CLASSIFICATIONS = ['public', 'internal', 'restricted', 'confidential'];
const UNCLASSIFIED = 'internal';

/**
 * How sensitive tables and their columns are by the contract. What the contract does not say is at least as sensitive as
 * the most sensitive of what it does.
 */
export class Sensitivity {
  /** @throws Error for none, one named twice, and a class of what is unclassified that is none of them */
  constructor(
    readonly classifications: readonly string[] = CLASSIFICATIONS,
    readonly unclassified: string = UNCLASSIFIED,
  ) {
    const lower = classifications.map((one) => one.toLowerCase());
    const twice = classifications.find((_one, index) => lower.indexOf(lower[index]) !== index);
    if (twice !== undefined) throw new Error(`classifications names "${twice}" twice. Keep one of them.`);
    this.classifications = lower;
    this.unclassified = this.known(unclassified, 'unclassified');
  }

  /**
   * @param where what the user called it
   * @throws Error for a classification that is none of those known
   */
  known(classification: string, where: string): string {
    const lower = classification.toLowerCase();
    if (this.classifications.includes(lower)) return lower;
    throw new Error(
      `${where} is "${classification}", which is no classification. Known, from the least to the most sensitive: ` +
        `${this.classifications.join(', ')}. Use one of them, or name yours in classifications of the GovernedLake.`,
    );
  }

  /** The most sensitive of what a table may hold. */
  ofTable(table: LakeTable): ColumnSensitivity {
    return this.highest(table.schema.properties.map((property) => this.ofProperty(table, property)));
  }

  /** By column, as the catalog spells it; undefined where all are what the table is. */
  ofColumns(table: LakeTable): Map<string, ColumnSensitivity> | undefined {
    const kept = [TableContent.ROWS, TableContent.TOMBSTONES].includes(table._content);
    if (table.zone === Zone.QUARANTINE || !kept) return undefined;
    const properties = new Map(
      table.schema.properties.map((property) => [columnName(property).toLowerCase(), property]),
    );
    return new Map(
      table._columns.fields.map((field) => {
        const name = field.name.toLowerCase();
        const property = properties.get(name);
        if (property !== undefined) return [name, this.ofProperty(table, property)];
        return [name, ORIGIN.includes(name) ? this.plain : this.ofTable(table)];
      }),
    );
  }

  private ofProperty(table: LakeTable, property: ContractProperty): ColumnSensitivity {
    const found = withNested(property).flatMap(({ classification, path }) =>
      classification === undefined
        ? []
        : [this.known(classification, `classification of ${path} in the contract ${table._contract.id}`)],
    );
    const classification = this.most(found.length === 0 ? [this.unclassified] : found);
    return { classification, personal: isPersonal(property) };
  }

  private highest(columns: ColumnSensitivity[]): ColumnSensitivity {
    return {
      classification: this.most([this.unclassified, ...columns.map(({ classification }) => classification)]),
      personal: columns.some(({ personal }) => personal),
    };
  }

  private most(classifications: string[]): string {
    return this.classifications[Math.max(...classifications.map((one) => this.classifications.indexOf(one)))];
  }

  private get plain(): ColumnSensitivity {
    return { classification: this.unclassified, personal: false };
  }
}

/** Where a row came from says nothing of what is in it. */
const ORIGIN: readonly string[] = [
  TECHNICAL_COLUMNS.lane,
  TECHNICAL_COLUMNS.position,
  TECHNICAL_COLUMNS.arrivedAt,
];
