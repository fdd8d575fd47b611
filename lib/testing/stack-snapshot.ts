import { stringify } from 'yaml';
import { readable } from './readable';
import {
  templatesOf,
  type Json,
  type JsonObject,
  type TemplateDocument,
  type TemplateSource,
} from './template';
import { withoutVolatile } from './volatile';

/** Sections in the order they are shown; any other follows. */
const SECTIONS = [
  'Description',
  'Transform',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Resources',
  'Outputs',
];
/** Attributes of a resource in the order they are shown; any other comes between them and the properties. */
const ATTRIBUTES = ['DeletionPolicy', 'UpdateReplacePolicy', 'Condition', 'DependsOn'];

/**
 * A stack's template as text to keep under version control: it changes when a resource, a permission, a removal policy
 * or a logical id changes, and stays still when only hashes of assets or versions of packages do.
 *
 * One block per resource in the order of the logical ids; intrinsic functions are written `<Bucket.Arn>`, policies one
 * statement per line (`Allow s3:GetObject on <Bucket.Arn>/*`). Nested stacks follow their parent.
 *
 * @param source a stack, a `Template` of `aws-cdk-lib/assertions` or a parsed template
 */
export function stackSnapshot(source: TemplateSource): string {
  return templatesOf(source)
    .map(({ nestedStack, template }) =>
      nestedStack === undefined
        ? templateText(template)
        : `---\nNested stack ${nestedStack}\n\n${templateText(template)}`,
    )
    .join('\n');
}

function templateText(template: TemplateDocument): string {
  const stable = withoutVolatile(template) as JsonObject;
  const names = [...SECTIONS, ...Object.keys(stable).sort()].filter(
    (name, at, all) => stable[name] !== undefined && all.indexOf(name) === at,
  );
  if (names.length === 0) return '(an empty stack)\n';
  return names.map((name) => sectionText(name, stable[name])).join('\n');
}

function sectionText(name: string, section: Json): string {
  if (name !== 'Resources') return yaml({ [name]: readable(section) });
  const blocks = Object.entries(section as { [id: string]: JsonObject })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, resource]) => yaml({ [`${id} ${String(resource['Type'])}`]: resourceBody(resource) }));
  return `Resources:\n\n${blocks.map(indented).join('\n')}`;
}

function resourceBody({ Type: _type, Properties, ...attributes }: JsonObject): JsonObject {
  const names = [...ATTRIBUTES, ...Object.keys(attributes).sort()].filter(
    (name) => attributes[name] !== undefined,
  );
  const body = Object.fromEntries(names.map((name) => [name, attributeValue(name, attributes[name])]));
  return Properties === undefined ? body : { ...body, Properties: readable(Properties) };
}

// The order of dependencies says nothing and follows the order of the code.
function attributeValue(name: string, value: Json): Json {
  if (name !== 'DependsOn' || value === undefined) return readable(value);
  return (Array.isArray(value) ? [...value] : [value]).sort();
}

function yaml(value: Json): string {
  return stringify(value, { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
}

function indented(block: string): string {
  return block.replace(/^(?=.)/gm, '  ');
}
