import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A property as its class tells of it. */
export interface BoundProperty {
  readonly computed: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  /** The expression that makes or reads it, which tells its type. */
  readonly accessor: string;
}

/** What the function that renders a property to HCL knows of it. */
export interface RenderedProperty {
  readonly isBlock: boolean;
  readonly type: string;
  readonly storageClassType: string;
  readonly value: string;
}

export interface BoundClass {
  readonly base: string;
  readonly properties: { [name: string]: BoundProperty };
  readonly rendered: { [name: string]: RenderedProperty };
}

export interface Bindings {
  readonly classes: { [name: string]: BoundClass };
  /** By the name of the struct, its first letter in lower case. */
  readonly structs: { [name: string]: { [name: string]: RenderedProperty } };
}

/** The bindings of one resource, data source or provider: a directory of the provider's package. */
export function parseBindings(directory: string): Bindings {
  const files = readdirSync(directory).filter((file) => file.endsWith('.js'));
  const source = files.map((file) => typeScriptOf(join(directory, file))).join('\n');
  const classes: Bindings['classes'] = {};
  for (const text of source.split(/^export class (?=\w+ extends )/m).slice(1)) {
    const [, name, base] = /^(\w+) extends ([\w.]+)/.exec(text)!;
    const rendering = text.indexOf('synthesizeHclAttributes()');
    classes[name] = {
      base,
      properties: propertiesOf(text),
      rendered: rendering < 0 ? {} : renderedIn(text.slice(rendering)),
    };
  }
  const structs: Bindings['structs'] = {};
  for (const text of source.split(/^export function (?=\w+ToHclTerraform\()/m).slice(1)) {
    structs[/^(\w+)ToHclTerraform/.exec(text)![1]] = renderedIn(text.split(/^export /m)[0]);
  }
  return { classes, structs };
}

/**
 * The TypeScript a published file was made of: its comments say what is required, and only the source map at the end of
 * the file keeps them. That is one line of hundreds of kilobytes, which no regular expression must see.
 */
function typeScriptOf(file: string): string {
  const text = readFileSync(file, 'latin1');
  const start = text.lastIndexOf('base64,');
  if (start < 0) return '';
  const map = Buffer.from(text.slice(start + 'base64,'.length).trim(), 'base64').toString('utf8');
  return ((JSON.parse(map) as { sourcesContent?: string[] }).sourcesContent ?? []).join('\n');
}

const PROPERTY =
  /^ {2}\/\/ (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n {2}(?:private _\w+\??: [^\n]*\n {2}|private _\w+ = (new [^\n]*);\s*\n {2})?(?:public get \w+\(\) \{\n\s+return ([^\n]*);)?/gm;

function propertiesOf(text: string): BoundClass['properties'] {
  return Object.fromEntries(
    [...text.matchAll(PROPERTY)].map(([, name, computed, optional, required, made, read]) => [
      name,
      {
        computed: computed === 'true',
        optional: optional === 'true',
        required: required === 'true',
        accessor: made ?? read ?? '',
      },
    ]),
  );
}

const RENDERED =
  /^ +(\w+): \{\n\s+value: ([^\n]*),\n\s+isBlock: (\w+),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)"/gm;

function renderedIn(text: string): { [name: string]: RenderedProperty } {
  return Object.fromEntries(
    [...text.matchAll(RENDERED)].map(([, name, value, isBlock, type, storageClassType]) => [
      name,
      { isBlock: isBlock === 'true', type, storageClassType, value },
    ]),
  );
}
