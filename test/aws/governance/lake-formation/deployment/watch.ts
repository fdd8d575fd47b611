import { type AccountState, type Call, Refused } from './account';

/** Fails as soon as a function that runs could not read or write what it does, or not use the place of the files. */
export function nobodyLockedOut(account: AccountState): void {
  const [locked] = [account.lockedOut(), ...account.waitingCommits()].filter((one) => one !== undefined);
  if (locked !== undefined) throw new Refused('LockedOut', locked);
}

/**
 * Whether readers see what they are to see while a table is changed: always something, and of the columns that hold values
 * nothing that neither the contract before nor the one after shows them.
 */
export class ReadersWatch {
  /** A new column holds no value before a function that writes it has the new contract. */
  private filled: ReadonlySet<string>;
  private readonly database: string;
  private readonly table: string;

  constructor(
    account: AccountState,
    private readonly name: string,
    private readonly readers: readonly {
      readonly name: string;
      readonly role: string;
      readonly allowed: readonly string[];
    }[],
  ) {
    [this.database, this.table] = name.split('.');
    this.filled = new Set(account.tables.get(name)!.columns);
  }

  /** @throws Refused naming the reader */
  look(account: AccountState, { action, input }: Call): void {
    const { database, table } = this;
    const writes = (use: any) => use.writes && use.database === database && use.table === table;
    if (action === 'StartFunction' && input.uses.some(writes))
      this.filled = new Set(account.tables.get(this.name)!.columns);
    for (const { name, role, allowed } of this.readers) {
      const columns = account.visibleColumns(role, database, table);
      if (columns.length === 0)
        throw new Refused('LockedOut', `${name} sees nothing of ${this.name} any more`);
      const more = columns.filter((column) => this.filled.has(column) && !allowed.includes(column));
      if (more.length > 0) throw new Refused('Exposed', `${name} sees ${more.join(', ')} of ${this.name}`);
    }
  }
}
