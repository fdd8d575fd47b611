import { quoteName, quoteText, SqlDialect } from '../quality/sql-dialect';

/** A branch of an Iceberg table, for the statements that make and move it. */
export interface BranchSqlProps {
  /** Spark's name of the catalog. */
  readonly catalogName: string;
  readonly databaseName: string;
  readonly tableName: string;
  readonly branchName: string;
}

/** What expiry keeps of a branch. */
export interface BranchRetention {
  /** Days after which the branch itself may go. @default - it never goes */
  readonly retainDays?: number;
  /** Snapshots that are kept, whatever their age. @default - as for the table */
  readonly minSnapshots?: number;
  /** Days for which snapshots are kept. @default - as for the table */
  readonly snapshotDays?: number;
}

/**
 * Statements of Spark with Iceberg's SQL extensions (`spark.sql.extensions`), for changes that readers shall see all at
 * once: write to a branch, look at it, then move the table there. Names are quoted, so that any text stays a name. Athena
 * has no branches.
 *
 * @throws Error for an empty name
 */
export class BranchSql {
  constructor(private readonly props: BranchSqlProps) {
    for (const [name, value] of Object.entries(props))
      if (value === '')
        throw new Error(`${name} is empty. Name the catalog, the database, the table and the branch.`);
  }

  /**
   * Makes the branch at a snapshot, or puts it there.
   *
   * @param snapshotId decimal digits, as the table's metadata have it; the current one when left out
   * @throws Error for another snapshot id, and for a retention that is no positive whole number
   */
  createOrReplace(snapshotId?: string, retention: BranchRetention = {}): string {
    if (snapshotId !== undefined && !/^\d{1,19}$/.test(snapshotId))
      throw new Error(`The snapshot id "${snapshotId}" is none. Allowed: decimal digits, 19 at most.`);
    const { retainDays, minSnapshots, snapshotDays } = retention;
    const kept = [
      count('minSnapshots', minSnapshots, 'SNAPSHOTS'),
      count('snapshotDays', snapshotDays, 'DAYS'),
    ].join('');
    return [
      `ALTER TABLE ${this.table} CREATE OR REPLACE BRANCH ${quoted(this.props.branchName)}`,
      snapshotId === undefined ? '' : ` AS OF VERSION ${snapshotId}`,
      retainDays === undefined ? '' : ` RETAIN${count('retainDays', retainDays, 'DAYS')}`,
      kept === '' ? '' : ` WITH SNAPSHOT RETENTION${kept}`,
    ].join('');
  }

  /** Makes the branch's newest snapshot the table's current one; Spark refuses it where the table went on meanwhile. */
  fastForward(): string {
    const { catalogName, databaseName, tableName, branchName } = this.props;
    const table = `${quoted(databaseName)}.${quoted(tableName)}`;
    const [name, branch] = [table, branchName].map((value) => quoteText(value, SqlDialect.SPARK));
    return `CALL ${quoted(catalogName)}.system.fast_forward(table => ${name}, branch => 'main', to => ${branch})`;
  }

  /** Forgets the branch. */
  drop(): string {
    return `ALTER TABLE ${this.table} DROP BRANCH IF EXISTS ${quoted(this.props.branchName)}`;
  }

  private get table(): string {
    const { catalogName, databaseName, tableName } = this.props;
    return [catalogName, databaseName, tableName].map(quoted).join('.');
  }
}

function quoted(name: string): string {
  return quoteName(name, SqlDialect.SPARK);
}

function count(name: string, value: number | undefined, unit: string): string {
  if (value === undefined) return '';
  if (Number.isSafeInteger(value) && value > 0) return ` ${value} ${unit}`;
  throw new Error(`${name} is ${value}. Allowed: a whole number of at least 1.`);
}
