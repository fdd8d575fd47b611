import { columnName } from '../column-name';
import { columnType } from '../column-type';
import type { ContractProperty } from '../contract-property';
import type { SchemaObject } from '../schema-object';
import type { Mask } from './mask';
import { checkMask } from './check-mask';
import { isKeyed, type ColumnMask, type MaskSpec } from './mask-spec';
import { ownMask } from './masking-property';
import type { MaskingPolicy } from './masking-policy';

/** Masks of a schema object's columns: by the policy, and where the contract gives a column a mask of its own, by that. */
export class MaskPlan {
  /**
   * @throws Error listing every column whose mask cannot be: of another type, on a key that rows could not be told apart
   * by, on a column that decides about rows, or of a classification that the policy does not know
   */
  public static of(schema: SchemaObject, policy?: MaskingPolicy): MaskPlan {
    const planning = new Planning(schema, policy);
    for (const property of schema.properties) planning.add(property, [columnName(property)], undefined);
    if (planning.faults.length > 0) {
      const count = planning.faults.length === 1 ? '1 mask' : `${planning.faults.length} masks`;
      throw new Error(
        [`${schema.name}: ${count} that cannot be`, ...planning.faults.map((fault) => `  ${fault}`)].join(
          '\n',
        ),
      );
    }
    return new MaskPlan(planning.columns);
  }

  private constructor(public readonly columns: readonly ColumnMask[]) {}

  public get isEmpty(): boolean {
    return this.columns.length === 0;
  }

  /** Whether a mask needs a secret key. */
  public get needsKey(): boolean {
    return this.columns.some(({ mask }) => isKeyed(mask));
  }
}

class Planning {
  readonly columns: ColumnMask[] = [];
  readonly faults: string[] = [];

  constructor(
    private readonly schema: SchemaObject,
    private readonly policy: MaskingPolicy | undefined,
  ) {}

  /** @param inherited mask of what the property is in */
  add(property: ContractProperty, path: readonly string[], inherited: Mask | undefined): void {
    const mask = this.maskOf(property) ?? inherited;
    const type = columnType(property);
    const spec = mask?._spec;
    if (type.kind === 'struct' || type.kind === 'list') {
      if (spec && isLeftOut(spec, property) && !this.decidesInside(property)) {
        this.take(property, path, type.kind, spec);
        return;
      }
      if (type.kind === 'list') this.add(type.element, [...path, '[]'], mask);
      else for (const field of type.fields) this.add(field, [...path, columnName(field)], mask);
      return;
    }
    if (spec) this.take(property, path, type.type, spec);
  }

  private take(property: ContractProperty, path: readonly string[], type: string, mask: MaskSpec): void {
    const fault = checkMask(this.schema, property, type, mask);
    if (fault === undefined) this.columns.push({ path, type, mask });
    else this.faults.push(`${property.path}: ${fault}`);
  }

  private maskOf(property: ContractProperty): Mask | undefined {
    const own = ownMask(property);
    const { classification } = property;
    if (own || classification === undefined || !this.policy) return own;
    const mask = this.policy.maskFor(classification);
    if (mask) return mask;
    const known = this.policy.classifications.join(', ');
    this.faults.push(
      `${property.path}: is classified "${classification}", of which the masking policy says nothing. It knows: ` +
        `${known === '' ? 'none' : known}. Add it, with Mask.none() where it may be read.`,
    );
    return undefined;
  }

  private decidesInside(property: ContractProperty): boolean {
    const inside = property.items ? [property.items] : property.properties;
    return inside.some((one) => this.maskOf(one) !== undefined || this.decidesInside(one));
  }
}

function isLeftOut(mask: MaskSpec, { required }: ContractProperty): boolean {
  return mask.kind === 'redact' && mask.constant === undefined && !required;
}
