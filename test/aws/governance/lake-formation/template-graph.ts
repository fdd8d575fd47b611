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

/** Calls of Lake Formation that custom resources make when they are made: those of an action, with their parameters. */
export function declaredCalls(template: Template, action: string): [id: string, parameters: any][] {
  return resourcesOf(template, 'Custom::AWS').flatMap(([id, { Properties }]) => {
    const text = (Properties.Create['Fn::Join']?.[1] ?? [Properties.Create])
      .map((part: string | object) => (typeof part === 'string' ? part : 'ACCOUNT'))
      .join('');
    const call = JSON.parse(text);
    return call.action === action ? [[id, call.parameters] as [string, any]] : [];
  });
}

/** Logical ids of all that CloudFormation makes before each resource: what it depends on, and what it refers to. */
export function before(template: Template): Map<string, Set<string>> {
  return dependencies(new Map(resourcesOf(template)));
}

/** @throws Error for resources that wait for each other */
export function dependencies(resources: ReadonlyMap<string, TemplateResource>): Map<string, Set<string>> {
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
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::Sub': text,
  } = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Sub'?: string | [string, object] };
  if (Ref !== undefined) return [Ref];
  if (attribute !== undefined) return [[attribute].flat()[0].split('.')[0]];
  const named = [...String([text ?? ''].flat()[0]).matchAll(/\$\{([^!.}][^.}]*)/g)].map(([, name]) => name);
  return [...named, ...Object.values(value).flatMap(references)];
}
