import type { TransformSettings } from '../../../lib/contract/transform-settings';
import { RecordTransform, type InputContract, type Lookups } from './record-transform';
import type { TransformFunction } from './transform-function';

/** Where the parts of a transform come from; importing is left to the bundle they lie beside. */
export interface TransformParts {
  readonly module: () => Promise<{ readonly default?: unknown }>;
  readonly lookups: () => Promise<Lookups>;
  /** Contract of the records, where the transform is given those of a source. */
  readonly input?: () => Promise<InputContract>;
}

/** @throws Error when the user's module cannot be loaded, or its default export is no function */
export async function loadTransform(
  { timeoutMilliseconds, hasInputContract }: TransformSettings,
  parts: TransformParts,
): Promise<RecordTransform> {
  const { default: transform } = await parts.module().catch((error: unknown) => {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`The transform cannot be loaded. ${reason}`, { cause: error });
  });
  if (typeof transform !== 'function') {
    throw new Error(
      `The transform's default export is ${transform === undefined ? 'missing' : `a ${typeof transform}`}; ` +
        'a function is expected: export default (record, context) => …',
    );
  }
  return new RecordTransform({
    transform: transform as TransformFunction,
    timeoutMilliseconds,
    lookups: await parts.lookups(),
    input: hasInputContract ? await parts.input?.() : undefined,
  });
}
