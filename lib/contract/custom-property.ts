/** A key and value beyond the standard. The ones this library reads are listed in docs/contract.md. */
export interface CustomProperty {
  readonly property: string;
  /** Any JSON value. */
  readonly value: unknown;
  /** @default - none */
  readonly description?: string;
}
