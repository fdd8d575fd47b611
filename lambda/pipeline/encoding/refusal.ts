import { mayLoseDigits } from '../../formats/json/exact-json';
import { jsonTypeOf } from '../drift/json-type';
import { describe } from './describe-value';
import { type Rejection, RejectionCode } from '../record';

/**
 * Why the value at hand was refused, and whether the record must be read again with every digit. Conversions answer
 * undefined for "no"; the reason waits here until the compiled code, which knows the path, asks for it.
 */
export class Refusal {
  private code = RejectionCode.WRONG_TYPE;
  private problem = '';
  private text = '';
  private isExact = false;
  private lossChecked = false;
  /** Set when a conversion met a number that JSON.parse may have rounded. */
  needsExact = false;
  /** The type of JSON that was refused. */
  found = '';

  /** @param exact whether the record was read with every digit */
  begin(text: string, exact: boolean): void {
    this.text = text;
    this.isExact = exact;
    this.needsExact = false;
    this.lossChecked = false;
  }

  wrong(value: unknown, expected: string): undefined {
    this.code = RejectionCode.WRONG_TYPE;
    this.found = jsonTypeOf(value);
    this.problem = `found ${describe(value)}, expected ${expected}`;
    return undefined;
  }

  outside(value: unknown, allowed: string): undefined {
    this.code = RejectionCode.OUT_OF_RANGE;
    this.found = jsonTypeOf(value);
    this.problem = `found ${describe(value)}, allowed: ${allowed}`;
    return undefined;
  }

  /** Asks for the record to be read again with every digit; false when it was already. */
  wantsExact(): boolean {
    if (this.isExact) return false;
    this.needsExact = true;
    return true;
  }

  /** As `wantsExact`, where the text holds any number a double may not reproduce. */
  wantsExactDecimals(): boolean {
    if (this.isExact || this.lossChecked) return false;
    this.lossChecked = true;
    return mayLoseDigits(this.text) && this.wantsExact();
  }

  /** Whether values of this record may be written out as JSON again without loss. */
  get keepsDigits(): boolean {
    return this.isExact || !mayLoseDigits(this.text);
  }

  at(path: string): Rejection {
    return { code: this.code, path, message: `${path}: ${this.problem}.` };
  }
}
