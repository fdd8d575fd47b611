import { ByteWriter } from './byte-writer';
import { Encoding, PageType } from './format';
import { ThriftWriter } from './thrift-compact';

/** A page before compression. */
export interface Page {
  readonly type: PageType;
  /** Entries of a data page, nulls included; values of a dictionary page. */
  readonly count: number;
  readonly encoding: Encoding;
  readonly body: Uint8Array;
}

/** Writes a page's header (PageHeader) and its body, compressed where the column chunk is. */
export function writePage(out: ByteWriter, page: Page, stored: Uint8Array): number {
  const thrift = new ThriftWriter(out);
  const start = out.length;
  thrift.structBody(() => {
    thrift.i32(1, page.type);
    thrift.i32(2, page.body.length);
    thrift.i32(3, stored.length);
    if (page.type === PageType.DATA_PAGE) {
      thrift.struct(5, () => {
        thrift.i32(1, page.count);
        thrift.i32(2, page.encoding);
        thrift.i32(3, Encoding.RLE);
        thrift.i32(4, Encoding.RLE);
      });
    } else {
      thrift.struct(7, () => {
        thrift.i32(1, page.count);
        thrift.i32(2, page.encoding);
      });
    }
  });
  const headerSize = out.length - start;
  out.append(stored);
  return headerSize;
}
