import { Op, Token } from 'cdktf';

/** A product, also of a number that only Terraform will know: arithmetic of JavaScript makes another number of its token. */
export function times(value: number, factor: number): number {
  return Token.isUnresolved(value) ? Token.asNumber(Op.mul(value, factor)) : value * factor;
}
