import { MASKING, maskOf } from '../masking/masking-property';
import { plain } from './document';
import type { Fields } from './fields';

/** Reports a custom property `masking` that is no mask. */
export function checkMasking(fields: Fields): void {
  for (const entry of fields.maps('customProperties')) {
    const name = entry.node.entries.get('property');
    if (name?.kind !== 'scalar' || name.value !== MASKING) continue;
    const value = entry.node.entries.get('value');
    try {
      maskOf(value && plain(value));
    } catch (error) {
      entry.problems.report(value ?? entry.node, (error as Error).message);
    }
  }
}
