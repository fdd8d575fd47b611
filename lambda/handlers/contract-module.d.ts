/** Compiled from the contract at synth and laid beside the bundle, which imports it as it is. */
declare module '*/contract.mjs' {
  import type { QualityPlan } from '../../lib/contract/quality/planned-check';
  import type { Refinement } from '../../lib/contract/refinement';
  import type { CompiledContractModule } from '../pipeline/encoding';

  export const contract: CompiledContractModule['contract'];
  export const refinement: Refinement;
  export const rowGates: QualityPlan;
  export const leaves: CompiledContractModule['leaves'];
  export const allowsUnknownFields: CompiledContractModule['allowsUnknownFields'];
  export const expectsUnknownFields: CompiledContractModule['expectsUnknownFields'];
  export const fields: CompiledContractModule['fields'];
  export const rowWriter: CompiledContractModule['rowWriter'];
}

/** Compiled from the contract of a transform's input, where it has one. */
declare module '*/input-contract.mjs' {
  import type { CompiledContractModule } from '../pipeline/encoding';

  export const contract: CompiledContractModule['contract'];
  export const leaves: CompiledContractModule['leaves'];
  export const allowsUnknownFields: CompiledContractModule['allowsUnknownFields'];
  export const expectsUnknownFields: CompiledContractModule['expectsUnknownFields'];
  export const fields: CompiledContractModule['fields'];
  export const rowWriter: CompiledContractModule['rowWriter'];
}

/** Masks of silver's columns, where it has any. */
declare module '*/masks.mjs' {
  import type { ColumnMask } from '../../lib/contract/masking/mask-spec';

  export const masks: readonly ColumnMask[];
}

/** The user's own code, where there is any. */
declare module '*/transform.mjs' {
  const transform: unknown;
  export default transform;
}

/** The columns files are to have, by the contract. */
declare module '*/file-columns.mjs' {
  import type { FileColumn } from '../../lib/contract/file-columns';

  export const columns: readonly FileColumn[];
}

/** The columns of the contract with their classifications, where records are looked at for personal data. */
declare module '*/classified-columns.mjs' {
  import type { ClassifiedColumn } from '../../lib/contract/classified-columns';

  export const columns: readonly ClassifiedColumn[];
}
