import {
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument as parseYaml,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLParseError,
} from 'yaml';
import { childPath, type DocumentMap, type DocumentNode } from './document';
import type { Problems } from './problems';

/** Deeper than any table nests; keeps a hostile or cyclic document from exhausting the stack. */
const MAX_DEPTH = 100;
/** One broken bracket can make a problem of everything after it. */
const MAX_SYNTAX_ERRORS = 5;
/** Nodes that aliases may repeat: far above honest reuse, far below an alias bomb. */
const MAX_ALIASED_NODES = 10_000;

/** Reads YAML or JSON into nodes that know their place; undefined, with problems, where the text is neither. */
export function parseDocument(text: string, problems: Problems): DocumentNode | undefined {
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseYaml(prepared(text), {
      lineCounter: lines,
      intAsBigInt: true,
      prettyErrors: false,
      logLevel: 'error',
      merge: true,
      strict: true,
    });
  } catch (error) {
    // The parser recurses: a text of a hundred thousand brackets ends here.
    problems.report({ line: 0, column: 0, path: '' }, `cannot be parsed: ${(error as Error).message}`);
    return undefined;
  }
  for (const error of document.errors.slice(0, MAX_SYNTAX_ERRORS)) {
    const { line, col } = lines.linePos(error.pos[0]);
    problems.report({ line, column: col, path: '' }, syntaxFault(error));
  }
  if (document.errors.length > 0) return undefined;
  try {
    return new Conversion(document, lines, problems).convert(document.contents, '', 0);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    problems.report({ line: 0, column: 0, path: '' }, error.message);
    return undefined;
  }
}

function syntaxFault({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'starts a second document ("---"): a file holds one contract.';
  return `is not valid YAML or JSON: ${message}`;
}

/** JSON may be indented with tabs, YAML may not; within JSON strings a raw tab is illegal, so none is lost. */
function prepared(text: string): string {
  const withoutMark = text.replace(/^\uFEFF/, '');
  return /^\s*[{[]/.test(withoutMark) ? withoutMark.replaceAll('\t', ' ') : withoutMark;
}

class TooLarge extends Error {}

class Conversion {
  private aliased = 0;
  private aliasDepth = 0;

  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    private readonly problems: Problems,
  ) {}

  public convert(node: Node | null | undefined, path: string, depth: number): DocumentNode {
    if (depth > MAX_DEPTH)
      throw new TooLarge(`nests deeper than ${MAX_DEPTH} levels at ${path.slice(0, 60)}…`);
    if (this.aliasDepth > 0 && ++this.aliased > MAX_ALIASED_NODES) {
      throw new TooLarge(
        `repeats more than ${MAX_ALIASED_NODES} values through YAML aliases: write them out`,
      );
    }
    const place = { path, ...this.position(node) };
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      if (target === undefined)
        this.problems.report(place, `refers to an anchor "${node.source}" that is not there.`);
      this.aliasDepth += 1;
      const converted = this.convert(target, path, depth + 1);
      this.aliasDepth -= 1;
      return converted;
    }
    if (isMap(node)) {
      const entries = new Map<string, DocumentNode>();
      for (const pair of node.items as Pair<Node, Node | null>[]) this.addEntry(entries, pair, path, depth);
      return { kind: 'map', entries, ...place };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.convert(item as Node, `${path}[${index}]`, depth + 1),
      );
      return { kind: 'list', items, ...place };
    }
    return { kind: 'scalar', ...place, ...scalarValue(isScalar(node) ? node : undefined) };
  }

  private addEntry(
    entries: Map<string, DocumentNode>,
    pair: Pair<Node, Node | null>,
    path: string,
    depth: number,
  ): void {
    const { key } = pair;
    if (!isScalar(key)) {
      this.problems.report(
        { path, ...this.position(key) },
        'has a key that is not text: keys of a contract are words',
      );
      return;
    }
    // The parser reads the merge key << as a symbol.
    const isMerge = typeof key.value === 'symbol';
    const name = isMerge ? '<<' : String(key.value);
    const value = this.convert(pair.value, childPath(path, name), depth + 1);
    if (isMerge) this.merge(entries, value);
    // An entry after a merge key wins over the merged one, as YAML has it.
    else entries.set(name, value.line > 0 ? value : { ...value, ...this.position(key) });
  }

  private merge(entries: Map<string, DocumentNode>, value: DocumentNode): void {
    const sources = value.kind === 'list' ? value.items : [value];
    for (const source of sources) {
      if (source.kind !== 'map') {
        this.problems.report(source, 'is merged with "<<" but is no object');
        continue;
      }
      for (const [key, node] of (source as DocumentMap).entries)
        if (!entries.has(key)) entries.set(key, node);
    }
  }

  private position(node: Node | null | undefined): { line: number; column: number } {
    if (node?.range == null) return { line: 0, column: 0 };
    const { line, col } = this.lines.linePos(node.range[0]);
    return { line, column: col };
  }
}

function scalarValue(scalar: Scalar | undefined): {
  value: string | number | boolean | null;
  decimal?: string;
} {
  const value = scalar?.value ?? null;
  if (typeof value === 'bigint') return { value: Number(value), decimal: String(value) };
  if (typeof value === 'number') {
    const source = scalar?.source ?? '';
    return { value, decimal: /^[-+]?\d+(\.\d+)?$/.test(source) ? source.replace(/^\+/, '') : String(value) };
  }
  if (typeof value === 'string' || typeof value === 'boolean') return { value };
  return { value: value === null ? null : String(value) };
}
