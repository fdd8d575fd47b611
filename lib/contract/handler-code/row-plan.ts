import { columnType } from '../column-type';
import { columnName } from '../column-name';
import type { ContractProperty } from '../contract-property';
import type { CompiledLeaf } from './row-runtime';

/** A property with all the generator needs to know about its place in the row. */
export type RowNode = LeafNode | StructNode | ListNode;

interface NodeBase {
  readonly property: ContractProperty;
  readonly required: boolean;
  /** Definition level of an entry where this node, but not what is around it, is null. */
  readonly nullDefinition: number;
  /** Leaves under this node, as places in the row's columns. */
  readonly leaves: number[];
  /** Number of the node, for names of variables. */
  readonly id: number;
}

export interface LeafNode extends NodeBase {
  readonly kind: 'leaf';
  readonly icebergType: string;
  readonly json: boolean;
  readonly leaf: number;
}

export interface StructNode extends NodeBase {
  readonly kind: 'struct';
  readonly fields: RowNode[];
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly element: RowNode;
  /** Repetition level of the second and later elements. */
  readonly repetition: number;
  /** Definition level of an entry that stands for an empty list. */
  readonly emptyDefinition: number;
}

export interface RowPlan {
  readonly fields: RowNode[];
  readonly leaves: CompiledLeaf[];
}

interface Place {
  readonly definition: number;
  readonly repetition: number;
  readonly column: string[];
  readonly keys: CompiledLeaf['keys'];
  /** Fields the object around requires by `logicalTypeOptions.required`. */
  readonly requiredNames: readonly string[];
}

/** Numbers leaves and levels, in the order the table's columns have. */
export function planRow(properties: readonly ContractProperty[]): RowPlan {
  const leaves: CompiledLeaf[] = [];
  let nextId = 0;
  const plan = (property: ContractProperty, place: Place, name: string, isElement: boolean): RowNode => {
    const type = columnType(property);
    const id = nextId++;
    const definition = place.definition + (property.required ? 0 : 1);
    const column = [...place.column, name];
    const keys: CompiledLeaf['keys'] =
      place.repetition > 0 || isElement ? place.keys : [...place.keys, [property.name, alias(property)]];
    const firstLeaf = leaves.length;
    const base = (): NodeBase => ({
      property,
      // Demanding a field does not make its column NOT NULL: only the property's own `required` does.
      required: property.required || place.requiredNames.includes(property.name),
      nullDefinition: place.definition,
      leaves: Array.from({ length: leaves.length - firstLeaf }, (_, i) => firstLeaf + i),
      id,
    });
    const inside = {
      definition,
      repetition: place.repetition,
      column,
      keys,
      requiredNames: property.options.required ?? [],
    };
    switch (type.kind) {
      case 'struct': {
        const fields = type.fields.map((field) => plan(field, inside, columnName(field), false));
        return { kind: 'struct', ...base(), fields };
      }
      case 'list': {
        const repetition = place.repetition + 1;
        const element = plan(
          type.element,
          { ...inside, definition: definition + 1, repetition, requiredNames: [] },
          'element',
          true,
        );
        return { kind: 'list', ...base(), element, repetition, emptyDefinition: definition };
      }
      default:
        leaves.push({ column: column.join('.'), keys });
        return {
          kind: 'leaf',
          ...base(),
          icebergType: type.type,
          json: type.kind === 'json',
          leaf: firstLeaf,
        };
    }
  };
  const root: Place = { definition: 0, repetition: 0, column: [], keys: [], requiredNames: [] };
  const fields = properties.map((property) => plan(property, root, columnName(property), false));
  return { fields, leaves };
}

/** The physical name stands in for the name in records that do not have the latter. */
export function alias(property: ContractProperty): string | null {
  return property.physicalName === undefined || property.physicalName === property.name
    ? null
    : property.physicalName;
}
