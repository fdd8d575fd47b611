import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Bindings, type BoundProperty, parseBindings, type RenderedProperty } from './parse-bindings';
import type {
  AttributeSchema,
  AttributeType,
  BlockSchema,
  NestedBlockSchema,
  ProviderSchema,
} from './provider-schema';

/** One resource of a configuration, its arguments in Terraform's names. */
export interface ConfiguredResource {
  readonly lifecycle?: { prevent_destroy?: boolean };
  readonly [argument: string]: unknown;
}

/** A configuration as cdktf writes it. */
export interface Configuration {
  readonly resource?: { readonly [type: string]: { readonly [name: string]: ConfiguredResource } };
  readonly data?: { readonly [type: string]: { readonly [name: string]: unknown } };
}

/** The schema of what a configuration uses of each provider, by the provider's name (`google`, `azurerm`). */
export function schemasFor(configuration: Configuration): Map<string, ProviderSchema> {
  const types = Object.keys(configuration.resource ?? {});
  const data = Object.keys(configuration.data ?? {});
  const providers = new Set([...types, ...data].map((type) => type.split('_')[0]));
  // What reads the state of another stack is built into Terraform.
  providers.delete('terraform');
  return new Map(
    [...providers].map((provider) => {
      const directory = join(dirname(require.resolve(`@cdktf/provider-${provider}/package.json`)), 'lib');
      const own = (type: string) => type.startsWith(`${provider}_`);
      return [
        provider,
        {
          provider: providerOf(join(directory, 'provider')),
          resources: blocksOf(directory, types.filter(own), ''),
          dataSources: blocksOf(directory, data.filter(own), `data-${provider}-`),
        },
      ];
    }),
  );
}

/** Schemas by type: parsing the bindings of one takes longer than all else. */
const BLOCKS = new Map<string, BlockSchema>();
const PROVIDERS = new Map<string, BlockSchema>();

function blocksOf(
  directory: string,
  types: readonly string[],
  prefix: string,
): { [type: string]: BlockSchema } {
  return Object.fromEntries(
    types.map((type) => {
      const known = BLOCKS.get(`${prefix}${type}`);
      if (known !== undefined) return [type, known];
      const bindings = parseBindings(directoryOf(directory, type, prefix));
      const base = prefix === '' ? 'cdktf.TerraformResource' : 'cdktf.TerraformDataSource';
      const main = Object.entries(bindings.classes).find(([, bound]) => bound.base === base);
      if (main === undefined) throw new Error(`No class of ${base} for ${type}.`);
      const block = blockOf(main[0], main[1].rendered, bindings);
      BLOCKS.set(`${prefix}${type}`, block);
      return [type, block];
    }),
  );
}

/** Few types are in a directory of another name than their own. */
function directoryOf(directory: string, type: string, prefix: string): string {
  const bare = type.slice(type.indexOf('_') + 1).replaceAll('_', '-');
  const expected = join(directory, `${prefix}${bare}`);
  if (existsSync(expected)) return expected;
  const found = readdirSync(directory)
    .filter((name) => name.startsWith('data-') === (prefix !== ''))
    .map((name) => join(directory, name))
    .find((one) => {
      const index = join(one, 'index.js');
      return existsSync(index) && readFileSync(index, 'utf8').includes(`.tfResourceType = "${type}"`);
    });
  if (found === undefined) throw new Error(`The bindings have no ${type}.`);
  return found;
}

function blockOf(
  className: string,
  rendered: { [name: string]: RenderedProperty },
  bindings: Bindings,
): BlockSchema {
  const attributes: { [name: string]: AttributeSchema } = {};
  const blocks: { [name: string]: NestedBlockSchema } = {};
  for (const [name, property] of Object.entries(bindings.classes[className]?.properties ?? {})) {
    const rendering = rendered[name];
    if (rendering?.isBlock) {
      blocks[name] = nestedBlock(property, rendering, bindings);
      continue;
    }
    const type = rendering ? renderedType(rendering) : accessedType(property.accessor, bindings);
    const { required, optional, computed } = property;
    attributes[name] = { type, required, optional, computed };
  }
  return { attributes, blocks };
}

function nestedBlock(
  { accessor, required }: BoundProperty,
  rendering: RenderedProperty,
  bindings: Bindings,
): NestedBlockSchema {
  const single = /new (?:\w+\.)?(\w+)OutputReference\(/.exec(accessor);
  const many = single
    ? null
    : /new (?:\w+\.)?(\w+?)(Map)?List\(this, "\w+"(?:, (true|false))?/.exec(accessor);
  const struct =
    single?.[1] ?? (many ? many[1] + (many[2] ?? '') : rendering.storageClassType.replace(/List$/, ''));
  const isSet = many?.[3] === 'true' || (rendering.type === 'set' && !single);
  const isStruct = rendering.type === 'struct';
  return {
    nesting: isStruct ? 'SINGLE' : isSet ? 'SET' : 'LIST',
    minItems: required && !isStruct ? 1 : 0,
    maxItems: single && !isStruct ? 1 : 0,
    block: blockOf(`${struct}OutputReference`, bindings.structs[lowerFirst(struct)] ?? {}, bindings),
  };
}

const PRIMITIVES: { readonly [name: string]: string } = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'dynamic',
};

function renderedType({ type, storageClassType, value }: RenderedProperty): AttributeType {
  if (type === 'simple') return PRIMITIVES[storageClassType] ?? 'string';
  const element = PRIMITIVES[storageClassType.replace(/(List|Map)$/, '')];
  if (element !== undefined) return [type, element];
  return [type, ['list', /numberToHcl/.test(value) ? 'number' : 'string']];
}

/** The type of what the provider computes: only the way it is read tells. */
function accessedType(accessor: string, bindings: Bindings): AttributeType {
  if (/getNumberListAttribute/.test(accessor)) return ['list', 'number'];
  if (/tolist\(this\.getListAttribute/.test(accessor)) return ['set', 'string'];
  if (/getListAttribute/.test(accessor)) return ['list', 'string'];
  if (/getNumberAttribute/.test(accessor)) return 'number';
  if (/getBooleanAttribute/.test(accessor)) return 'bool';
  if (/new cdktf\.StringMapList/.test(accessor)) return ['list', ['map', 'string']];
  const map = /new cdktf\.(\w+)Map\(/.exec(accessor);
  if (map) return ['map', PRIMITIVES[lowerFirst(map[1])]];
  const made = /new (?:\w+\.)?(\w+?)(List|OutputReference)\(this, "\w+"(?:, (true|false))?/.exec(accessor);
  if (made) return [made[2] === 'List' && made[3] === 'true' ? 'set' : 'list', objectType(made[1], bindings)];
  return /interpolationForAttribute/.test(accessor) ? 'dynamic' : 'string';
}

function objectType(struct: string, bindings: Bindings): AttributeType {
  const properties = Object.entries(bindings.classes[`${struct}OutputReference`]?.properties ?? {});
  return [
    'object',
    Object.fromEntries(properties.map(([name, { accessor }]) => [name, accessedType(accessor, bindings)])),
  ];
}

function providerOf(directory: string): BlockSchema {
  const known = PROVIDERS.get(directory) ?? providerBlock(parseBindings(directory));
  PROVIDERS.set(directory, known);
  return known;
}

/** All is optional: which arguments a provider wants differs with where it runs. */
function providerBlock(bindings: Bindings): BlockSchema {
  const main = Object.values(bindings.classes).find(({ base }) => base === 'cdktf.TerraformProvider');
  return optionalBlock(main?.rendered ?? {}, bindings);
}

function optionalBlock(rendered: { [name: string]: RenderedProperty }, bindings: Bindings): BlockSchema {
  const attributes: { [name: string]: AttributeSchema } = {};
  const blocks: { [name: string]: NestedBlockSchema } = {};
  for (const [name, property] of Object.entries(rendered)) {
    if (!property.isBlock) {
      attributes[name] = {
        type: renderedType(property),
        required: false,
        optional: true,
        computed: false,
      };
      continue;
    }
    const struct = lowerFirst(property.storageClassType.replace(/List$/, ''));
    const block = optionalBlock(bindings.structs[struct] ?? {}, bindings);
    blocks[name] = { nesting: 'LIST', minItems: 0, maxItems: 0, block };
  }
  return { attributes, blocks };
}

function lowerFirst(text: string): string {
  return text[0].toLowerCase() + text.slice(1);
}
