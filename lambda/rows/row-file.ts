import type { IcebergSchema, IcebergType } from '../../lib/contract/iceberg-types';
import { parquetCompression } from '../../lib/contract/table-properties';
import { ParquetFile, type Column, type FinishedFile, type ParquetFileOptions } from '../formats/parquet';
import type { IcebergTable } from '../tables/iceberg-table';
import { sortOrder } from '../tables/sort-order';
import type { TableRow } from './read-rows';

/** Readers of these files, ours among them, hold a row group at a time. */
const ROW_GROUP_ROWS = 1 << 17;
/** Of sorted rows, each group has a range of its own: the smaller, the more a reader passes over by their bounds. */
const SORTED_ROW_GROUP_ROWS = 1 << 14;

interface Node {
  readonly path: string;
  readonly type: IcebergType;
  readonly required: boolean;
  /** Place of its leaves among the file's columns. */
  readonly first: number;
  readonly count: number;
  readonly children: readonly (Node & { readonly name: string })[];
  /** Of a list: the level at which an element continues it. */
  readonly repetition: number;
}

/** Rows as a Parquet file in the making, nested ones too (the record shredding of the Dremel paper). */
export class RowFile {
  private readonly file: ParquetFile;
  private readonly fields: readonly (Node & { readonly name: string })[];

  /** A file for a table: of its columns, compressed and divided as the table asks for. */
  static of(table: IcebergTable): RowFile {
    return new RowFile(table.schema, {
      compression: parquetCompression(table),
      rowGroupRows: sortOrder(table.metadata) ? SORTED_ROW_GROUP_ROWS : ROW_GROUP_ROWS,
    });
  }

  constructor(schema: IcebergSchema, options: ParquetFileOptions = {}) {
    this.file = new ParquetFile(schema, { rowGroupRows: ROW_GROUP_ROWS, ...options });
    this.fields = childrenOf(schema, '', 0, 0);
  }

  get rowCount(): number {
    return this.file.rowCount;
  }

  /** Bytes so far: of row groups as they are stored, of the rows after them before compression. */
  get size(): number {
    return this.file.size;
  }

  /** @throws Error for a null in a required column */
  add(row: TableRow): void {
    for (const field of this.fields) this.write(field, row[field.name], 0, 0);
    this.file.endRow();
  }

  finish(): FinishedFile {
    return this.file.finish();
  }

  private write(node: Node, value: unknown, definition: number, repetition: number): void {
    if (value === null || value === undefined) {
      if (node.required) throw new Error(`Column "${node.path}" is required, but a row has no value for it.`);
      return this.writeNull(node, definition, repetition);
    }
    const defined = definition + (node.required ? 0 : 1);
    if (typeof node.type === 'string') {
      const column = this.file.columns[node.first];
      if (repetition > 0) column.repeat(repetition);
      (column as Column & { push(value: unknown): void }).push(value);
    } else if (node.type.type === 'struct') {
      for (const child of node.children)
        this.write(child, (value as TableRow)[child.name], defined, repetition);
    } else {
      const items = value as unknown[];
      if (items.length === 0) this.writeNull(node, defined, repetition);
      items.forEach((item, i) =>
        this.write(node.children[0], item, defined + 1, i === 0 ? repetition : node.repetition),
      );
    }
  }

  private writeNull({ first, count }: Node, definition: number, repetition: number): void {
    for (let i = first; i < first + count; i++) {
      if (repetition > 0) this.file.columns[i].repeat(repetition);
      this.file.columns[i].pushNull(definition);
    }
  }
}

function nodeOf(
  name: string,
  path: string,
  type: IcebergType,
  required: boolean,
  first: number,
  repetition: number,
) {
  const below = repetition + 1;
  let children: Node['children'] = [];
  if (typeof type !== 'string') {
    if (type.type === 'struct') children = childrenOf(type, `${path}.`, first, repetition);
    // A map is refused by the file's schema already.
    else if (type.type === 'list')
      children = [nodeOf('element', `${path}[]`, type.element, type['element-required'], first, below)];
  }
  const count = typeof type === 'string' ? 1 : children.reduce((sum, child) => sum + child.count, 0);
  return { name, path, type, required, first, count, children, repetition: below };
}

function childrenOf(
  struct: { readonly fields: IcebergSchema['fields'] },
  parent: string,
  first: number,
  repetition: number,
): (Node & { readonly name: string })[] {
  let next = first;
  return struct.fields.map(({ name, type, required }) => {
    const node = nodeOf(name, parent + name, type, required, next, repetition);
    next += node.count;
    return node;
  });
}
