import {
  templatesOf,
  type Json,
  type JsonObject,
  type TemplateDocument,
  type TemplateResource,
  type TemplateSource,
} from '../template';

/** A resource that breaks a rule. */
export interface TemplateFinding {
  readonly logicalId: string;
  /** Its CloudFormation type. */
  readonly type: string;
  /** What is wrong, and where in the resource. */
  readonly problem: string;
}

/** A resource with its id, in its template. */
export interface PlacedResource {
  readonly logicalId: string;
  readonly resource: TemplateResource;
  readonly template: TemplateDocument;
}

/** The resources of a stack and of its nested stacks but those left out by logical id or type. */
export function resourcesOf(source: TemplateSource, except: readonly string[]): PlacedResource[] {
  return templatesOf(source).flatMap(({ template }) =>
    Object.entries(template.Resources ?? {})
      .filter(([logicalId, { Type }]) => !except.includes(logicalId) && !except.includes(Type))
      .map(([logicalId, resource]) => ({ logicalId, resource, template })),
  );
}

/** The value at a path of keys and indices; undefined where the path ends early. */
export function valueAt(value: Json | undefined, path: readonly (string | number)[]): Json {
  return path.reduce<Json>((within, key) => {
    if (typeof within !== 'object' || within === null) return undefined;
    return (within as JsonObject)[String(key)];
  }, value);
}

/** The logical id a `Ref` or `Fn::GetAtt` points to. */
export function referenceOf(value: Json): string | undefined {
  const name = valueAt(value, ['Ref']);
  if (typeof name === 'string') return name;
  const attribute = valueAt(value, ['Fn::GetAtt']);
  return Array.isArray(attribute) ? String(attribute[0]) : undefined;
}

/** Findings as lines for a person. */
export function findingLines(findings: readonly TemplateFinding[]): string {
  return findings.map(({ logicalId, type, problem }) => `${logicalId} (${type}): ${problem}`).join('\n');
}
