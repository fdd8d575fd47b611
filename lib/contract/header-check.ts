/** How the header of a file is held against its contract. The order of columns is never looked at: they go by name. */
export enum HeaderCheck {
  /** The columns of the contract, all of them and no others. */
  EXACT = 'exact',
  /** Other columns may be there: their values are kept as fields the contract does not name. */
  ALLOW_EXTRA = 'allow-extra',
  /** Columns that a record needs no value in may be missing. */
  ALLOW_MISSING = 'allow-missing',
  /** Both. */
  ALLOW_BOTH = 'allow-both',
}
