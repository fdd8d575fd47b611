import { HANDLER_ENVIRONMENT } from '../../lib/contract/handler-environment';
import type { LookupSettings, TransformSettings } from '../../lib/contract/transform-settings';
import { type Environment, json } from './environment';

/** The user's own code, and what it may look up, by name. */
export interface UserTransformConfiguration extends TransformSettings {
  readonly lookups: ReadonlyMap<string, LookupSettings>;
}

/** The construct writes both variables: they are taken at their word, as long as they are JSON. */
export function userTransform(environment: Environment): UserTransformConfiguration | undefined {
  const settings = json(environment, HANDLER_ENVIRONMENT.transform) as TransformSettings | undefined;
  if (settings === undefined) return undefined;
  const lookups = json(environment, HANDLER_ENVIRONMENT.lookups) as
    Record<string, LookupSettings> | undefined;
  return { ...settings, lookups: new Map(Object.entries(lookups ?? {})) };
}
