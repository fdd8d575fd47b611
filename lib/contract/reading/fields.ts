import { childPath, described, type DocumentList, type DocumentMap, type DocumentNode } from './document';
import type { Problems } from './problems';
import { didYouMean } from './suggestion';

/** Which keys a part of the contract may hold. */
export interface Keys {
  /** For messages, for example `a property`. */
  readonly of: string;
  readonly known: readonly string[];
}

/**
 * Reads the entries of one object of the document. An entry of the wrong type is reported and read as absent; so is
 * one that is empty (`tags:` and nothing after it), but without a report, as people leave keys empty on purpose.
 */
export class Fields {
  constructor(
    public readonly node: DocumentMap,
    public readonly problems: Problems,
  ) {}

  /** The entry; undefined when absent or empty. */
  public entry(key: string): DocumentNode | undefined {
    const node = this.node.entries.get(key);
    return node === undefined || (node.kind === 'scalar' && node.value === null) ? undefined : node;
  }

  public has(key: string): boolean {
    return this.entry(key) !== undefined;
  }

  /** Reports the keys that are not among the known ones. */
  public allowOnly(keys: Keys): void {
    for (const [key, value] of this.node.entries) {
      if (keys.known.includes(key)) continue;
      const suggestion = didYouMean(key, keys.known);
      const allowed = suggestion === '' ? ` Allowed are ${keys.known.join(', ')}.` : suggestion;
      this.problems.report(
        value,
        `is no key of ${keys.of}.${allowed} Keys of your own go into customProperties.`,
      );
    }
  }

  public string(key: string): string | undefined {
    const node = this.entry(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
    const quoted =
      node.kind === 'scalar' ? ` Put it in quotes: "${node.decimal ?? String(node.value)}".` : '';
    this.problems.report(node, `must be text, not ${described(node)}.${quoted}`);
    return undefined;
  }

  /** Text that has to be there and must not be blank. */
  public requiredString(key: string, meaning: string): string | undefined {
    if (!this.has(key)) {
      this.problems.reportMissing(
        this.node,
        childPath(this.node.path, key),
        `is required: ${meaning}. Add "${key}: …".`,
      );
      return undefined;
    }
    const value = this.string(key);
    if (value?.trim() !== '') return value;
    this.problems.report(this.entry(key)!, `must not be blank: it is ${meaning}.`);
    return undefined;
  }

  public boolean(key: string): boolean | undefined {
    const node = this.entry(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.problems.report(node, `must be true or false, without quotes, not ${described(node)}.`);
    return undefined;
  }

  /** A whole number no less than `least`. */
  public integer(key: string, least: number): number | undefined {
    const node = this.entry(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'number' && Number.isSafeInteger(node.value)) {
      if (node.value >= least) return node.value;
    }
    this.problems.report(node, `must be a whole number, ${least} or more.`);
    return undefined;
  }

  /** A finite number as exact decimal text. */
  public decimal(key: string): string | undefined {
    const node = this.entry(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'number' && Number.isFinite(node.value))
      return node.decimal;
    this.problems.report(node, `must be a number, not ${described(node)}.`);
    return undefined;
  }

  /** One of a fixed set of words. */
  public oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    if ((allowed as readonly string[]).includes(value)) return value as T;
    this.problems.report(
      this.entry(key)!,
      `must be one of ${allowed.join(', ')}.${didYouMean(value, allowed)}`,
    );
    return undefined;
  }

  /** A list of texts; empty when absent. */
  public strings(key: string): string[] {
    const list = this.list(key);
    return (list?.items ?? []).flatMap((item) => {
      if (item.kind === 'scalar' && typeof item.value === 'string') return [item.value];
      this.problems.report(item, `must be text, not ${described(item)}. Put it in quotes.`);
      return [];
    });
  }

  public list(key: string): DocumentList | undefined {
    const node = this.entry(key);
    if (node === undefined || node.kind === 'list') return node;
    this.problems.report(node, `must be a list ("- …" or [ … ]), not ${described(node)}.`);
    return undefined;
  }

  public map(key: string): Fields | undefined {
    const node = this.entry(key);
    return node === undefined ? undefined : this.asMap(node);
  }

  /** The objects of a list; entries that are none are reported and left out. */
  public maps(key: string): Fields[] {
    return (this.list(key)?.items ?? []).flatMap((item) => this.asMap(item) ?? []);
  }

  private asMap(node: DocumentNode): Fields | undefined {
    if (node.kind === 'map') return new Fields(node, this.problems);
    this.problems.report(node, `must be an object ("key: value" lines), not ${described(node)}.`);
    return undefined;
  }
}
