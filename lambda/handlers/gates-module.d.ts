/** Compiled from the contract at synth and laid beside the bundle, which imports it as it is. */
declare module '*/gates.mjs' {
  import type { CompiledGates } from '../../lib/contract/quality/compiled-gates';

  export const gates: CompiledGates;
}
