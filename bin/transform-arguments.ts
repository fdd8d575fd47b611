import { CommandFailed } from './command-failed';

/** The user's own code for a run, as the command line names its files. */
export interface TransformArguments {
  readonly file: string;
  readonly inputContract?: string;
  readonly lookups: readonly LookupFile[];
}

/** A file that stands in for a lookup. */
export interface LookupFile {
  readonly name: string;
  readonly file: string;
  readonly keyField?: string;
}

/** What `parseArgs` gives for the options of a transform. */
export interface TransformValues {
  readonly transform?: string;
  readonly 'input-contract'?: string;
  readonly lookup?: string[];
}

/** @throws CommandFailed for options that mean nothing without `--transform`, and lookups that are not NAME=FILE[#FIELD] */
export function transformArguments(values: TransformValues): TransformArguments | undefined {
  const { transform: file, 'input-contract': inputContract, lookup = [] } = values;
  if (file === undefined) {
    if (inputContract !== undefined)
      throw CommandFailed.usage('--input-contract needs --transform FILE: what the records go into');
    if (lookup.length > 0) throw CommandFailed.usage('--lookup needs --transform FILE: what looks up');
    return undefined;
  }
  return { file, inputContract, lookups: lookup.map(lookupFile) };
}

function lookupFile(text: string): LookupFile {
  const [, name, file, keyField] = /^([^=#]+)=([^#]+)(?:#(.+))?$/.exec(text) ?? [];
  if (name !== undefined) return { name, file, keyField };
  throw CommandFailed.usage(
    `--lookup is "${text}". Allowed: NAME=FILE#FIELD for rows whose field FIELD is the key, NAME=FILE for an object of key → value.`,
  );
}
