import { isUtf8 } from 'node:buffer';
import { type Rejection, RejectionCode } from '../record';
import { describe } from './describe-value';

/** Decodes bytes, and base64 into one buffer that is used again for every record. */
export class RecordDecoder {
  private buffer = Buffer.allocUnsafe(64 * 1024);
  /** What `text` last decoded; empty when that was a rejection. */
  decoded = '';

  /** Decodes the payload of a record to text, into `decoded`. */
  decode(data: string | Uint8Array): Rejection | undefined {
    this.decoded = '';
    if (typeof data !== 'string')
      return this.decodeBytes(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    const length = decodedLength(data);
    if (length < 0) return invalidBase64(data);
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafe(length * 2);
    const { buffer } = this;
    // Node skips what is not base64 and stops at padding: then fewer bytes come out than the length promises.
    if (buffer.write(data, 0, 'base64') !== length || data.includes('-') || data.includes('_')) {
      return invalidBase64(data);
    }
    // A view of the buffer would cost more than what most records take.
    const text = buffer.toString('latin1', 0, length);
    if (isAscii(text, length)) {
      this.decoded = text;
      return undefined;
    }
    return this.decodeUtf8(buffer.subarray(0, length));
  }

  private decodeBytes(bytes: Buffer): Rejection | undefined {
    const text = bytes.toString('latin1');
    if (isAscii(text, bytes.length)) {
      this.decoded = text;
      return undefined;
    }
    return this.decodeUtf8(bytes);
  }

  private decodeUtf8(bytes: Buffer): Rejection | undefined {
    if (!isUtf8(bytes)) return invalidUtf8(bytes);
    const unicode = bytes.toString('utf8');
    this.decoded = unicode.charCodeAt(0) === BYTE_ORDER_MARK ? unicode.slice(1) : unicode;
    return undefined;
  }
}

/** Most records are, which takes half the time to read as Latin-1: in UTF-8 nothing else has as many bytes. */
function isAscii(latin1: string, bytes: number): boolean {
  return Buffer.byteLength(latin1, 'utf8') === bytes;
}

const BYTE_ORDER_MARK = 0xfeff;

/** Bytes that base64 text of this length and padding stands for; -1 where no text has that length. */
function decodedLength(data: string): number {
  const { length } = data;
  if (length % 4 !== 0) return -1;
  if (length === 0 || data.charCodeAt(length - 1) !== 61) return (length / 4) * 3;
  return (length / 4) * 3 - (data.charCodeAt(length - 2) === 61 ? 2 : 1);
}

function invalidBase64(data: string): Rejection {
  const found = /[^A-Za-z0-9+/]/.exec(data.replace(/={0,2}$/, ''))?.[0];
  const problem =
    found === undefined
      ? `it is ${data.length} characters long, which is not a multiple of 4: it may be cut off`
      : `it holds ${JSON.stringify(found)}`;
  return { code: RejectionCode.INVALID_BASE64, message: `The record's data is not base64: ${problem}.` };
}

function invalidUtf8(bytes: Buffer): Rejection {
  const at = firstInvalid(bytes);
  const byte = bytes[at].toString(16).padStart(2, '0');
  return {
    code: RejectionCode.INVALID_UTF8,
    message: `The record is not UTF-8: byte 0x${byte} at offset ${at} of ${bytes.length} begins no valid character.`,
  };
}

/** Node puts U+FFFD in place of what is invalid; the first one that the bytes do not spell out is it. */
function firstInvalid(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  for (let i = text.indexOf('\ufffd'); i >= 0; i = text.indexOf('\ufffd', i + 1)) {
    const at = Buffer.byteLength(text.slice(0, i), 'utf8');
    if (!bytes.subarray(at, at + 3).equals(Buffer.of(0xef, 0xbf, 0xbd))) return at;
  }
  return 0;
}

/** Why text is no JSON object, told from the error JSON.parse threw. */
export function invalidJson(text: string, error: unknown): Rejection {
  if (text.trim() === '') {
    return { code: RejectionCode.INVALID_JSON, message: 'The record is empty; a JSON object is expected.' };
  }
  const detail = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(detail)?.[1];
  const near =
    position === undefined
      ? ''
      : ` near ${JSON.stringify(text.slice(Math.max(0, Number(position) - 10), Number(position) + 10))}`;
  const reason = detail.replace(/,? ("|\.\.\.)[\s\S]* is not valid JSON$/, '').replace(/ \(line.*$/, '');
  return {
    code: RejectionCode.INVALID_JSON,
    message: `The record is not JSON: ${reason.slice(0, 120)}${near}.`,
  };
}

/** Why a JSON value that is no object is refused as a record. */
export function notAnObject(value: unknown): Rejection {
  return {
    code: RejectionCode.NOT_AN_OBJECT,
    message: `The record is ${describe(value)}; a JSON object is expected.`,
  };
}
