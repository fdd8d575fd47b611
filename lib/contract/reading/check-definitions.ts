import type { Fields } from './fields';

/** Checks `authoritativeDefinitions`: links this library does not follow, but whose shape the standard sets. */
export function checkDefinitions(owner: Fields): void {
  for (const definition of owner.maps('authoritativeDefinitions')) {
    definition.requiredString('url', 'where the definition is');
    definition.requiredString('type', 'for example businessDefinition or implementation');
    definition.string('description');
  }
}
