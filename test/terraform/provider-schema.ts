/**
 * What Terraform asks a provider for: the arguments of its resources. The generated bindings carry all of it, so that
 * `terraform validate` and `terraform test` run without the binary of the provider.
 */
export type AttributeType = string | [string, AttributeType] | ['object', { [name: string]: AttributeType }];

export interface AttributeSchema {
  readonly type: AttributeType;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
}

export interface NestedBlockSchema {
  readonly nesting: 'SINGLE' | 'LIST' | 'SET';
  readonly minItems: number;
  readonly maxItems: number;
  readonly block: BlockSchema;
}

export interface BlockSchema {
  readonly attributes: { [name: string]: AttributeSchema };
  readonly blocks: { [name: string]: NestedBlockSchema };
}

export interface ProviderSchema {
  readonly provider: BlockSchema;
  readonly resources: { [type: string]: BlockSchema };
  readonly dataSources: { [type: string]: BlockSchema };
}
