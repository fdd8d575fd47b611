import type { ContractProperty } from './contract-property';
import type { SchemaObject } from './schema-object';

/** A column that holds a value itself, and how the contract classifies it. */
export interface ClassifiedColumn {
  /** Dotted path of the property; `[]` for the elements of a list. */
  readonly path: string;
  /** Where records may have it instead: under physical names. Absent where there are none. */
  readonly aliases?: readonly string[];
  /** The property's own, or that of what it is in; absent where the contract gives none. */
  readonly classification?: string;
}

/** The columns of a schema object at whatever depth, in the order of the contract. */
export function classifiedColumns(schema: SchemaObject): ClassifiedColumn[] {
  return schema.properties.flatMap((property) => columnsIn(property, namesOf(property), undefined));
}

/** @param places where records may have the property, its own path first */
function columnsIn(
  property: ContractProperty,
  places: readonly string[],
  inherited: string | undefined,
): ClassifiedColumn[] {
  const classification = property.classification ?? inherited;
  if (property.items)
    return columnsIn(
      property.items,
      places.map((place) => `${place}[]`),
      classification,
    );
  if (property.properties.length > 0)
    return property.properties.flatMap((one) => {
      const names = namesOf(one);
      const inside = places.flatMap((place) => names.map((name) => `${place}.${name}`));
      return columnsIn(one, inside, classification);
    });
  const aliases = places.slice(1);
  return [
    {
      path: property.path,
      ...(aliases.length > 0 && { aliases }),
      ...(classification !== undefined && { classification }),
    },
  ];
}

function namesOf({ name, physicalName }: ContractProperty): string[] {
  return physicalName === undefined || physicalName === name ? [name] : [name, physicalName];
}
