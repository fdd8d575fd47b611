/** What a handler is told of lineage beside the sink: JSON in `lineageSettings` of the environment. */
export interface LineageSettings {
  /** Namespace of tables of the Glue catalog: `arn:<partition>:glue:<region>:<account>`. */
  readonly catalog?: string;
  /** Who owns what is written, by the contract. */
  readonly owner?: string;
  /** Secret of AWS Secrets Manager that is sent as a bearer token. */
  readonly token?: { readonly secret: string; readonly field?: string };
}
