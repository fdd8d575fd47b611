/** Written at synth and laid beside the bundle, which imports it as it is. */
declare module '*/transformation.mjs' {
  import type { Transformation } from '../../lib/contract/transform/transformation';

  export const transformation: Transformation;
}
