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
  export const rowWriter: CompiledContractModule['rowWriter'];
}
