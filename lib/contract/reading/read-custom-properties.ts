import type { CustomProperty } from '../custom-property';
import { plain } from './document';
import type { Fields } from './fields';

/** Reads `customProperties`. v3.0 lets the value be absent. */
export function readCustomProperties(fields: Fields): CustomProperty[] {
  return fields.maps('customProperties').flatMap((entry) => {
    const property = entry.requiredString('property', 'the name of the custom property');
    if (property === undefined) return [];
    const value = entry.node.entries.get('value');
    const description = entry.string('description');
    return [
      {
        property,
        value: value === undefined ? null : plain(value),
        ...(description === undefined ? {} : { description }),
      },
    ];
  });
}
