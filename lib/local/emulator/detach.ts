import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

interface Resource {
  Type: string;
  Properties?: JsonObject;
  DependsOn?: string | string[];
  [key: string]: unknown;
}

interface Template {
  Resources: Record<string, Resource>;
  Outputs?: Json;
  Parameters?: JsonObject;
  Rules?: JsonObject;
}

export interface DetachOptions {
  /** Directory of a synthesized cloud assembly (`cdk.out`). Left as it is. */
  readonly assembly: string;
  /** Directory the deployable copy is written to; replaced when it exists. */
  readonly out: string;
  /** Resource types the emulator creates; every other one is taken out. */
  readonly supported: ReadonlySet<string>;
  readonly account: string;
  readonly region: string;
}

export interface DetachedStack {
  readonly stack: string;
  readonly kept: number;
  /** Logical ids of the resources that were taken out, with their types. */
  readonly detached: Record<string, string>;
}

/**
 * Writes a copy of a cloud assembly that an emulator can deploy: resources of types it does not know are taken out
 * of each template and kept beside it in `<stack>.detached.json`; references to them become literal names and ARNs.
 * An emulator would otherwise fail the whole stack at the first attribute of a type it does not know.
 */
export function detachUnsupported(options: DetachOptions): DetachedStack[] {
  rmSync(options.out, { recursive: true, force: true });
  cpSync(options.assembly, options.out, { recursive: true });
  return readdirSync(options.out)
    .filter((file) => file.endsWith('.template.json'))
    .sort()
    .map((file) =>
      detachFromTemplate(join(options.out, file), file.slice(0, -'.template.json'.length), options),
    );
}

/** File the resources taken out of a stack are kept in. */
export function detachedFile(assembly: string, stack: string): string {
  return join(assembly, `${stack}.detached.json`);
}

/** The resources taken out of a stack; empty when nothing was. */
export function readDetached(assembly: string, stack: string): Record<string, Resource> {
  const file = detachedFile(assembly, stack);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function detachFromTemplate(file: string, stack: string, options: DetachOptions): DetachedStack {
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  // An update would send the parameter on with its previous value, which moto does not keep.
  delete template.Parameters?.BootstrapVersion;
  delete template.Rules?.CheckBootstrapVersion;
  const detached: Record<string, Resource> = {};
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (options.supported.has(resource.Type)) continue;
    detached[id] = resource;
    delete template.Resources[id];
  }
  nameFifoQueues(stack, template.Resources);
  const literals = new LiteralReferences(stack, detached, options);
  for (const [id, resource] of Object.entries(template.Resources)) {
    const rewritten = literals.replace(resource as unknown as Json) as unknown as Resource;
    const dependencies = [rewritten.DependsOn ?? []].flat().filter((dependency) => !(dependency in detached));
    if (dependencies.length > 0) rewritten.DependsOn = dependencies;
    else delete rewritten.DependsOn;
    template.Resources[id] = rewritten;
  }
  if (template.Outputs !== undefined) template.Outputs = literals.replace(template.Outputs);
  writeFileSync(file, JSON.stringify(template, undefined, 1));
  writeFileSync(
    detachedFile(options.out, stack),
    JSON.stringify(literals.replace(detached as unknown as Json), undefined, 1),
  );
  return {
    stack,
    kept: Object.keys(template.Resources).length,
    detached: Object.fromEntries(Object.entries(detached).map(([id, { Type }]) => [id, Type])),
  };
}

/** CloudFormation makes names that end in `.fifo`; moto makes others, which it then refuses. */
function nameFifoQueues(stack: string, resources: Record<string, Resource>): void {
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type !== 'AWS::SQS::Queue' || Properties?.FifoQueue !== true || Properties.QueueName) continue;
    // SQS takes 80 characters.
    Properties.QueueName = `${`${stack}-${id}`.slice(-75)}.fifo`;
  }
}

/** Replaces `Ref`, `Fn::GetAtt` and `${…}` in `Fn::Sub` that point at a detached resource by what they would give. */
class LiteralReferences {
  constructor(
    private readonly stack: string,
    private readonly detached: Record<string, Resource>,
    private readonly options: DetachOptions,
  ) {}

  replace(value: Json): Json {
    if (Array.isArray(value)) return value.map((item) => this.replace(item));
    if (value === null || typeof value !== 'object') return value;
    const keys = Object.keys(value);
    if (keys.length === 1) {
      const literal = this.intrinsic(keys[0], value[keys[0]]);
      if (literal !== undefined) return literal;
    }
    return Object.fromEntries(keys.map((key) => [key, this.replace(value[key])]));
  }

  private intrinsic(name: string, argument: Json): Json | undefined {
    if (name === 'Ref' && typeof argument === 'string' && argument in this.detached)
      return this.nameOf(argument);
    if (name === 'Fn::GetAtt') {
      const [id, attribute] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
      if (id in this.detached) return this.attributeOf(id, attribute);
    }
    if (name === 'Fn::Sub' && typeof argument === 'string') {
      return {
        'Fn::Sub': argument.replace(/\$\{(\w+)(?:\.(\w+))?\}/g, (whole, id: string, attribute?: string) => {
          if (!(id in this.detached)) return whole;
          return attribute === undefined ? this.nameOf(id) : this.attributeOf(id, attribute);
        }),
      };
    }
    return undefined;
  }

  private nameOf(id: string): string {
    const { Type, Properties = {} } = this.detached[id];
    const kind = Type.split('::').at(-1) ?? '';
    const nested = Properties[`${kind}Input`];
    const given =
      Properties[`${kind}Name`] ??
      Properties.Name ??
      (nested !== null && typeof nested === 'object' && !Array.isArray(nested) ? nested.Name : undefined);
    return typeof given === 'string' ? given : `${this.stack}-${id}`.toLowerCase();
  }

  private attributeOf(id: string, attribute: string): string {
    if (!/arn$/i.test(attribute)) return this.nameOf(id);
    const parts = this.detached[id].Type.split('::');
    const [service, kind] = parts.slice(-2);
    const { region, account } = this.options;
    return `arn:aws:${service.toLowerCase()}:${region}:${account}:${kind.toLowerCase()}/${this.nameOf(id)}`;
  }
}
