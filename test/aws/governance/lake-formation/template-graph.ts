import type { Template } from 'aws-cdk-lib/assertions';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: any;
  readonly DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resourcesOf(template: Template, type?: string): [id: string, resource: TemplateResource][] {
  const all = Object.entries(template.toJSON().Resources as Record<string, TemplateResource>);
  return type === undefined ? all : all.filter(([, resource]) => resource.Type === type);
}

/** Logical ids of all that CloudFormation makes before each resource: what it depends on, and what it refers to. */
export function before(template: Template): Map<string, Set<string>> {
  const resources = new Map(resourcesOf(template));
  const found = new Map<string, Set<string>>();
  const visit = (id: string, path: string[]): Set<string> => {
    if (path.includes(id)) throw new Error(`A cycle: ${[...path, id].join(' -> ')}`);
    const known = found.get(id);
    if (known !== undefined) return known;
    const all = new Set<string>();
    for (const next of direct(resources.get(id)!).filter((one) => resources.has(one))) {
      all.add(next);
      for (const one of visit(next, [...path, id])) all.add(one);
    }
    found.set(id, all);
    return all;
  };
  for (const id of resources.keys()) visit(id, []);
  return found;
}

function direct(resource: TemplateResource): string[] {
  return [...[resource.DependsOn ?? []].flat(), ...references(resource.Properties)];
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  if (Ref !== undefined) return [Ref];
  if (attribute !== undefined) return [attribute[0]];
  return Object.values(value).flatMap(references);
}
