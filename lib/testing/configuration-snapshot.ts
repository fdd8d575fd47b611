import { stringify } from 'yaml';
import { type ConfigurationDocument, configurationOf, type ConfigurationSource } from './configuration';
import type { Json, JsonObject } from './template';
import { maskVolatile } from './volatile';

/** Sections in the order they are shown; any other follows. */
const SECTIONS = ['terraform', 'provider', 'variable', 'locals', 'data', 'module', 'resource', 'output'];

/** Sections whose entries have a type and a name. */
const TYPED = ['data', 'resource'];

/**
 * A TerraformStack's configuration as text to keep under version control: it changes when a resource, a permission or an
 * address changes, and stays still when only hashes of assets, versions of providers or the directory it was
 * synthesized in do.
 *
 * One block per resource in the order of the addresses (`google_storage_bucket.Lake_Bronze_Bucket_A1B2C3D4`): the address
 * is the identity of a resource, where it changes Terraform destroys and creates. Keys are in alphabetical order, JSON
 * inside of a string is unfolded. Validations of constructs run.
 *
 * @param source a TerraformStack, or a parsed `cdk.tf.json`
 * @throws TypeError for anything else
 */
export function configurationSnapshot(source: ConfigurationSource): string {
  const stable = withoutVolatile(configurationOf(source));
  const names = [...SECTIONS, ...Object.keys(stable).sort()].filter(
    (name, at, all) => stable[name] !== undefined && all.indexOf(name) === at,
  );
  if (names.length === 0) return '(an empty stack)\n';
  return names.map((name) => sectionText(name, stable[name])).join('\n');
}

function sectionText(name: string, section: Json): string {
  if (!TYPED.includes(name)) return yaml({ [name]: readable(section) });
  const blocks = Object.entries(section as { [type: string]: JsonObject })
    .flatMap(([type, entries]) =>
      Object.entries(entries).map(([id, body]) => ({ address: `${type}.${id}`, body })),
    )
    .sort((a, b) => (a.address < b.address ? -1 : 1))
    .map(({ address, body }) => yaml({ [address]: readable(body) }).replace(/^(?=.)/gm, '  '));
  return `${name}:\n\n${blocks.join('\n')}`;
}

function readable(value: Json): Json {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === 'string') return unfolded(masked(value));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, one]): [string, Json] => [
      key,
      // The order of dependencies says nothing and follows the order of the code.
      key === 'depends_on' && Array.isArray(one) ? [...one].sort() : readable(one),
    ]),
  );
}

/** The directory of an asset is named by the hash of what is in it. */
function masked(text: string): string {
  return maskVolatile(text).replace(/(^|\/)(assets\/[^/]+\/)[0-9A-F]{32}(?=\/|$)/g, '$1$2<hash>');
}

// Policies and schemas are JSON inside of a string: on one line no diff of them can be read.
function unfolded(text: string): Json {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return { '(as JSON text)': readable(JSON.parse(text) as Json) };
  } catch {
    return text;
  }
}

function withoutVolatile({ terraform, ...configuration }: ConfigurationDocument): JsonObject {
  const kept = Object.entries(configuration).filter(([key]) => key !== '//') as [string, Json][];
  return { ...Object.fromEntries(kept), terraform: stableSettings(terraform as JsonObject | undefined) };
}

/** Without the file that the state is kept in by default, an absolute path, and without the versions of providers. */
function stableSettings(settings: JsonObject = {}): Json {
  const { backend, required_providers: providers, ...others } = settings;
  const remote = Object.entries((backend ?? {}) as JsonObject).filter(([kind]) => kind !== 'local');
  const sources = Object.entries((providers ?? {}) as { [name: string]: JsonObject }).map(
    ([name, { version: _version, ...rest }]): [string, Json] => [name, rest],
  );
  const kept = {
    ...others,
    ...(remote.length > 0 && { backend: Object.fromEntries(remote) }),
    ...(sources.length > 0 && { required_providers: Object.fromEntries(sources) }),
  };
  return Object.keys(kept).length > 0 ? kept : undefined;
}

function yaml(value: Json): string {
  return stringify(value, { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
}
