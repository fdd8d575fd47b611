import type { TransformationMode } from '../../contract/transform/transformation';

/** How much of a gold table a run works out, and how the rows come in. */
export class TransformMode {
  /** All rows anew, in one commit: readers see the old ones or the new ones. */
  static full(): TransformMode {
    return new TransformMode({ kind: 'full' });
  }

  /**
   * The rows of those values of a column whose rows changed in the inputs. For SQL in which a value's rows follow from the
   * inputs' rows of that value alone, as with `GROUP BY day, …`.
   *
   * @param column a column of the output. Inputs have it under the same name, or say by `changedValue` what it is there.
   */
  static incremental(column: string): TransformMode {
    return new TransformMode({ kind: 'incremental', column });
  }

  /**
   * The rows the SQL gives in the place of those of the same primary key, or added. Rows it gives no more stay.
   *
   * @param drivingInput name of an input of which the SQL sees only rows that came or changed since the last run; left out,
   * it sees all rows of all inputs
   */
  static merge(drivingInput?: string): TransformMode {
    return new TransformMode({
      kind: 'merge',
      ...(drivingInput !== undefined && { driver: drivingInput }),
    });
  }

  private constructor(
    /** @internal */
    public readonly _mode: TransformationMode,
  ) {}
}
