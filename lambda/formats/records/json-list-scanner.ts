import { MAXIMUM_RECORD_BYTES } from './file-record';
import type { FileRecord, RecordScanner } from './file-record';
import { UnusableInput } from './unusable-input';

enum Expecting {
  LIST,
  FIRST_ELEMENT,
  ELEMENT,
  INSIDE_ELEMENT,
  AFTER_ELEMENT,
  FIRST_KEY,
  KEY,
  INSIDE_KEY,
  COLON,
  MEMBER,
  INSIDE_MEMBER,
  AFTER_MEMBER,
  NOTHING,
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The elements of one JSON array, each as it stands in the file: numbers keep every digit. The array is the document,
 * or the member `features` of an object, as in GeoJSON. Only what separates the elements is checked; an element that
 * is not JSON inside its brackets is a record like any other.
 */
export class JsonListScanner implements RecordScanner {
  private expecting = Expecting.LIST;
  private readonly brackets: number[] = [];
  private inString = false;
  private escaped = false;
  private key: number[] = [];
  private found = false;
  private inWrapper = false;
  private readonly pending: Buffer[] = [];
  private pendingBytes = 0;
  private consumed = 0;
  private elementOffset = 0;

  constructor(
    private readonly file: string,
    private skipBytes = 0,
  ) {}

  /** Goes on behind an element read earlier, whose end is the offset of the first byte that will be pushed. */
  resume(wrapped: boolean, offset: number): this {
    this.expecting = Expecting.AFTER_ELEMENT;
    this.found = true;
    this.inWrapper = wrapped;
    this.skipBytes = 0;
    this.consumed = offset;
    return this;
  }

  /** Whether the document is an object around the list. */
  get wrapped(): boolean {
    return this.inWrapper;
  }

  /** Whether the list has been reached. */
  get listFound(): boolean {
    return this.found;
  }

  push(chunk: Buffer): FileRecord[] {
    const records: FileRecord[] = [];
    let start = 0;
    for (let index = Math.min(this.skipBytes, chunk.length); index < chunk.length; index++) {
      const byte = chunk[index];
      if (this.expecting === Expecting.INSIDE_ELEMENT || this.expecting === Expecting.INSIDE_MEMBER) {
        const end = this.endOfValue(byte, index);
        if (end === 'no') continue;
        const isElement = this.expecting === Expecting.INSIDE_ELEMENT;
        const length = end === 'with' ? index + 1 : index;
        if (isElement) records.push(this.element(chunk.subarray(start, length), this.consumed + length));
        this.expecting = isElement ? Expecting.AFTER_ELEMENT : Expecting.AFTER_MEMBER;
        if (end === 'with') continue;
      }
      if (this.expecting === Expecting.INSIDE_KEY) {
        if (this.endsString(byte)) this.expecting = Expecting.COLON;
        else if (this.key.length < 16) this.key.push(byte);
        continue;
      }
      if (isSpace(byte)) continue;
      if (this.separator(byte, index)) continue;
      start = index;
      this.elementOffset = this.consumed + index;
      // Again as the first byte of the value.
      index--;
    }
    this.skipBytes = Math.max(0, this.skipBytes - chunk.length);
    this.consumed += chunk.length;
    if (this.expecting === Expecting.INSIDE_ELEMENT) this.keep(chunk.subarray(start));
    return records;
  }

  inspect(chunk: Buffer): void {
    this.push(chunk);
  }

  end(): FileRecord[] {
    if (this.expecting === Expecting.NOTHING) {
      if (!this.found) throw this.unusable('an object without a list named "features"');
      return [];
    }
    if (this.expecting === Expecting.LIST)
      throw this.unusable('the file is empty; a JSON array was expected');
    throw this.unusable(
      this.expecting === Expecting.INSIDE_ELEMENT
        ? `the file ends at byte ${this.consumed} inside the element that begins at byte ${this.elementOffset}: it is truncated`
        : `the file ends at byte ${this.consumed} before the ${this.inWrapper ? 'document' : 'array'} does: it is truncated`,
    );
  }

  /** Handles a byte between values. False when it is the first byte of a value. */
  private separator(byte: number, index: number): boolean {
    switch (this.expecting) {
      case Expecting.LIST:
        if (byte === OPEN_LIST) return this.enterList();
        if (byte !== OPEN_OBJECT) throw this.unexpected(byte, index, '"[" or "{"');
        this.inWrapper = true;
        return this.next(Expecting.FIRST_KEY);
      case Expecting.FIRST_ELEMENT:
        if (byte === CLOSE_LIST) return this.leaveList();
        return this.value(byte, index, Expecting.INSIDE_ELEMENT);
      case Expecting.ELEMENT:
        return this.value(byte, index, Expecting.INSIDE_ELEMENT);
      case Expecting.AFTER_ELEMENT:
        if (byte === COMMA) return this.next(Expecting.ELEMENT);
        if (byte === CLOSE_LIST) return this.leaveList();
        throw this.unexpected(byte, index, '"," or "]"');
      case Expecting.FIRST_KEY:
        if (byte === CLOSE_OBJECT) return this.next(Expecting.NOTHING);
        return this.enterKey(byte, index);
      case Expecting.KEY:
        return this.enterKey(byte, index);
      case Expecting.COLON:
        if (byte !== 0x3a) throw this.unexpected(byte, index, '":"');
        return this.next(Expecting.MEMBER);
      case Expecting.MEMBER:
        if (byte === OPEN_LIST && !this.found && Buffer.from(this.key).toString() === 'features') {
          return this.enterList();
        }
        return this.value(byte, index, Expecting.INSIDE_MEMBER);
      case Expecting.AFTER_MEMBER:
        if (byte === COMMA) return this.next(Expecting.KEY);
        if (byte === CLOSE_OBJECT) return this.next(Expecting.NOTHING);
        throw this.unexpected(byte, index, '"," or "}"');
      default:
        throw this.unexpected(byte, index, 'the end of the file');
    }
  }

  private next(expecting: Expecting): true {
    this.expecting = expecting;
    return true;
  }

  private enterKey(byte: number, index: number): true {
    if (byte !== QUOTE) throw this.unexpected(byte, index, 'a key');
    this.key = [];
    return this.next(Expecting.INSIDE_KEY);
  }

  private enterList(): true {
    this.found = true;
    return this.next(Expecting.FIRST_ELEMENT);
  }

  private leaveList(): true {
    return this.next(this.inWrapper ? Expecting.AFTER_MEMBER : Expecting.NOTHING);
  }

  private value(byte: number, index: number, inside: Expecting): false {
    if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      throw this.unexpected(byte, index, 'a value');
    }
    this.expecting = inside;
    return false;
  }

  /** Whether a value ends `with` this byte, ended `before` it, or goes on. */
  private endOfValue(byte: number, index: number): 'with' | 'before' | 'no' {
    if (this.inString) {
      if (!this.endsString(byte)) return 'no';
      this.inString = false;
      return this.brackets.length === 0 ? 'with' : 'no';
    }
    switch (byte) {
      case QUOTE:
        this.inString = true;
        return 'no';
      case OPEN_LIST:
      case OPEN_OBJECT:
        this.brackets.push(byte);
        return 'no';
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (this.brackets.length === 0) return 'before';
        // ASCII puts a closing bracket two places after its opening one.
        if (this.brackets.pop() !== byte - 2)
          throw this.unexpected(byte, index, 'the bracket that closes the open one');
        return this.brackets.length === 0 ? 'with' : 'no';
      default:
        return this.brackets.length === 0 && (byte === COMMA || isSpace(byte)) ? 'before' : 'no';
    }
  }

  private endsString(byte: number): boolean {
    if (this.escaped) {
      this.escaped = false;
      return false;
    }
    if (byte === BACKSLASH) this.escaped = true;
    return byte === QUOTE;
  }

  private element(tail: Buffer, position: number): FileRecord {
    const bytes = this.pendingBytes > 0 ? Buffer.concat([...this.pending, tail]) : tail;
    this.pending.length = 0;
    this.pendingBytes = 0;
    return { bytes, position };
  }

  private keep(piece: Buffer): void {
    this.pending.push(piece);
    this.pendingBytes += piece.length;
    if (this.pendingBytes > MAXIMUM_RECORD_BYTES) {
      throw this.unusable(
        `the element that begins at byte ${this.elementOffset} is longer than ${MAXIMUM_RECORD_BYTES} bytes`,
      );
    }
  }

  private unexpected(byte: number, index: number, wanted: string): UnusableInput {
    const found =
      byte >= 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16)}`;
    return this.unusable(`unexpected ${found} at byte ${this.consumed + index}; expected ${wanted}`);
  }

  private unusable(problem: string): UnusableInput {
    return new UnusableInput(this.file, problem);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
