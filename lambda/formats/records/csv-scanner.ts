import { CsvKind } from '../../../lib/contract/file-columns';
import { MAXIMUM_RECORD_BYTES } from './file-record';
import type { FileRecord, RecordScanner } from './file-record';
import { UnusableInput } from './unusable-input';

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
/** What stands in JSON text otherwise than as itself. */
const ESCAPED = /["\\\u0000-\u001f]/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/**
 * CSV with a header (RFC 4180) as one JSON object for each row. CSV knows text only: a value becomes a number or a
 * boolean where the contract asks for one and the text is its canonical form, so that `007` is never silently 7. An
 * empty field is null. A row with more or fewer fields than the header goes on as it stands, to be quarantined.
 *
 * Bytes are handled as Latin-1 characters, one for one: text in UTF-8 passes through unchanged, broken text too, which
 * is for the handler to judge.
 */
export class CsvScanner implements RecordScanner {
  private text = '';
  /** Where the next quote of `text` is, or its end; looked for again once it is passed. */
  private quote = -1;
  /** Offset in the file of the first character of `text`. */
  private offset: number;
  private columns:
    | {
        /** The member's name, as it stands before its value in JSON. */ readonly key: string;
        readonly kind: CsvKind;
      }[]
    | undefined;
  private names: readonly string[] | undefined;

  constructor(
    private readonly file: string,
    private readonly kindOf: (column: string) => CsvKind,
    private readonly delimiter = ',',
    private skipBytes = 0,
  ) {
    this.offset = skipBytes;
  }

  /** Goes on behind a row read earlier, whose end is the offset of the first byte that will be pushed. */
  resume(header: readonly string[], offset: number): this {
    this.columns = this.header(header.map((name) => Buffer.from(name, 'utf8').toString('latin1')));
    this.offset = offset;
    this.skipBytes = 0;
    return this;
  }

  /** The columns as the file names them; undefined until the header has been pushed. */
  get columnNames(): readonly string[] | undefined {
    return this.names;
  }

  push(chunk: Buffer): FileRecord[] {
    this.take(chunk);
    return this.rows(false);
  }

  /** Rows without a quote are as good as any: only those with one are looked at. */
  inspect(chunk: Buffer): void {
    if (!this.columns) {
      this.push(chunk);
      return;
    }
    this.take(chunk);
    const { text } = this;
    let start = 0;
    for (;;) {
      const quote = text.indexOf('"', start);
      const lineEnd = text.lastIndexOf('\n', quote < 0 ? text.length : quote);
      if (lineEnd >= start) start = lineEnd + 1;
      const row = quote < 0 ? undefined : this.quotedRow(start, false);
      if (!row) break;
      start = row.next;
    }
    this.drop(start);
  }

  end(): FileRecord[] {
    const records = this.rows(true);
    if (!this.columns)
      throw new UnusableInput(this.file, 'no header line; the first line of a CSV file names its columns');
    return records;
  }

  private take(chunk: Buffer): void {
    const skipped = Math.min(this.skipBytes, chunk.length);
    this.skipBytes -= skipped;
    this.text += chunk.toString('latin1', skipped);
    this.quote = -1;
  }

  private drop(length: number): void {
    this.text = this.text.slice(length);
    this.quote = -1;
    this.offset += length;
    if (this.text.length > MAXIMUM_RECORD_BYTES) {
      throw new UnusableInput(
        this.file,
        `the row that begins at byte ${this.offset} is longer than ${MAXIMUM_RECORD_BYTES} bytes. Is a quote missing?`,
      );
    }
  }

  private rows(atEnd: boolean): FileRecord[] {
    const records: FileRecord[] = [];
    let start = 0;
    while (start < this.text.length) {
      const row = this.row(start, atEnd);
      if (row === undefined) break;
      const record = this.record(row.fields, start, row.end);
      if (record) records.push(record);
      start = row.next;
    }
    this.drop(start);
    return records;
  }

  /** Undefined when the row goes on in the next piece. `end` leaves out the line break. */
  private row(start: number, atEnd: boolean): { fields: string[]; end: number; next: number } | undefined {
    const newline = this.text.indexOf('\n', start);
    if (newline < 0 && !atEnd) return undefined;
    const lineEnd = newline < 0 ? this.text.length : newline;
    const contentEnd = this.text[lineEnd - 1] === '\r' && lineEnd > start ? lineEnd - 1 : lineEnd;
    if (this.quoteFrom(start) < contentEnd) return this.quotedRow(start, atEnd);
    return {
      fields: this.text.slice(start, contentEnd).split(this.delimiter),
      end: contentEnd,
      next: Math.min(lineEnd + 1, this.text.length),
    };
  }

  private quoteFrom(start: number): number {
    if (this.quote < start) {
      const found = this.text.indexOf('"', start);
      this.quote = found < 0 ? this.text.length : found;
    }
    return this.quote;
  }

  private quotedRow(
    start: number,
    atEnd: boolean,
  ): { fields: string[]; end: number; next: number } | undefined {
    const { text, delimiter } = this;
    const fields: string[] = [];
    for (let at = start; ;) {
      let field = '';
      if (text[at] === '"') {
        const opened = at++;
        for (;;) {
          const quote = text.indexOf('"', at);
          if (quote < 0) {
            if (!atEnd) return undefined;
            throw new UnusableInput(
              this.file,
              `the quote opened at byte ${this.offset + opened} is never closed: the file is truncated or a quote is missing`,
            );
          }
          field += text.slice(at, quote);
          at = quote + 1;
          if (at >= text.length && !atEnd) return undefined;
          if (text[at] !== '"') break;
          field += '"';
          at++;
        }
      }
      // After a closing quote only a delimiter belongs here; anything else is kept as part of the field.
      let end = at;
      while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
      if (end >= text.length && !atEnd) return undefined;
      const last = text[end] !== delimiter;
      const contentEnd = last && end > at && text[end - 1] === '\r' ? end - 1 : end;
      fields.push(field + text.slice(at, contentEnd));
      if (last) return { fields, end: contentEnd, next: Math.min(end + 1, text.length) };
      at = end + 1;
    }
  }

  private record(fields: string[], start: number, end: number): FileRecord | undefined {
    if (fields.length === 1 && fields[0].trim() === '') return undefined;
    if (!this.columns) {
      this.columns = this.header(fields);
      return undefined;
    }
    const position = this.offset + end;
    if (fields.length !== this.columns.length) {
      return { bytes: Buffer.from(this.text.slice(start, end), 'latin1'), position };
    }
    let json = '{';
    for (let index = 0; index < fields.length; index++) {
      const { key, kind } = this.columns[index];
      json += key + jsonValue(fields[index], kind);
    }
    return { bytes: Buffer.from(json + '}', 'latin1'), position };
  }

  private header(fields: string[]): { key: string; kind: CsvKind }[] {
    const names = fields.map((field, index) => (field === '' ? `column_${index + 1}` : field));
    if (names.some((name) => /\r(?!\n)/.test(name))) {
      throw new UnusableInput(
        this.file,
        'the header holds a carriage return without a line feed. Convert line ends to LF or CR LF first',
      );
    }
    const other = SEPARATORS.find(
      ({ character }) => character !== this.delimiter && names[0].includes(character),
    );
    if (names.length === 1 && other) {
      const own = SEPARATORS.find(({ character }) => character === this.delimiter);
      throw new UnusableInput(
        this.file,
        `the header is one column: it seems to be separated by ${other.name}. ` +
          `Convert the file to ${own?.name ?? this.delimiter} first`,
      );
    }
    const repeated = names.findIndex((name, index) => names.indexOf(name) < index);
    if (repeated >= 0) {
      // Not by their name: it is logged, and of a file without a header it is a value.
      const first = names.indexOf(names[repeated]);
      throw new UnusableInput(
        this.file,
        `the header has the same name for columns ${first + 1} and ${repeated + 1}`,
      );
    }
    this.names = names.map(utf8);
    return names.map((name, index) => ({
      key: `${index > 0 ? ',' : ''}${JSON.stringify(name)}:`,
      kind: this.kindOf(utf8(name)),
    }));
  }
}

/** What such files are separated by, besides the one their name promises. */
const SEPARATORS = [
  { character: ',', name: 'commas' },
  { character: ';', name: 'semicolons' },
  { character: '\t', name: 'tabs' },
  { character: '|', name: 'bars' },
];

function jsonValue(text: string, kind: CsvKind): string {
  if (text === '') return 'null';
  switch (kind) {
    case CsvKind.INTEGER:
    case CsvKind.TIMESTAMP:
      return INTEGER.test(text) ? text : jsonText(text);
    case CsvKind.NUMBER:
      return NUMBER.test(text) ? text : jsonText(text);
    case CsvKind.BOOLEAN:
      return text === 'true' || text === 'false' ? text : jsonText(text);
    case CsvKind.JSON:
      return isJsonContainer(text) ? text : jsonText(text);
    default:
      return jsonText(text);
  }
}

function jsonText(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function isJsonContainer(text: string): boolean {
  if (!text.startsWith('{') && !text.startsWith('[')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
