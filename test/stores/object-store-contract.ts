import { ObjectExists, ObjectNotFound, type ObjectStore } from '../../lambda/stores/object-store';

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** URI prefix without a trailing slash, below which the test may do what it wants. */
  readonly root: string;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (content: Uint8Array): string => Buffer.from(content).toString();

/** What every object store promises. Each test works below a prefix of its own. */
export function objectStoreContract(open: () => Promise<StoreUnderTest>): void {
  let store: ObjectStore;
  let root: string;
  let count = 0;
  beforeEach(async () => {
    const opened = await open();
    store = opened.store;
    root = `${opened.root}/t${count++}`;
  });

  const listed = async (prefix: string) => {
    const found = [];
    for await (const object of store.list(prefix)) found.push(object);
    return found.sort((a, b) => (a.uri < b.uri ? -1 : 1));
  };

  test('an object comes back as it was put', async () => {
    const content = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await store.put(`${root}/a/b.bin`, content, { contentType: 'application/octet-stream' });
    expect(Buffer.compare(await store.get(`${root}/a/b.bin`), content)).toBe(0);
    await store.put(`${root}/empty`, new Uint8Array());
    expect((await store.get(`${root}/empty`)).length).toBe(0);
  });

  test('what is absent is ObjectNotFound, does not exist, and deletes without complaint', async () => {
    await expect(store.get(`${root}/absent`)).rejects.toThrow(ObjectNotFound);
    expect(await store.exists(`${root}/absent`)).toBe(false);
    await store.delete(`${root}/absent`);
  });

  test('a put replaces; ifAbsent refuses to', async () => {
    await store.put(`${root}/x`, bytes('first'));
    await store.put(`${root}/x`, bytes('second'));
    await expect(store.put(`${root}/x`, bytes('third'), { ifAbsent: true })).rejects.toThrow(ObjectExists);
    expect(text(await store.get(`${root}/x`))).toBe('second');
    await store.delete(`${root}/x`);
    await store.put(`${root}/x`, bytes('fourth'), { ifAbsent: true });
    expect(text(await store.get(`${root}/x`))).toBe('fourth');
  });

  test('of many writers with ifAbsent, one wins and its bytes are the object', async () => {
    const attempts = Array.from({ length: 12 }, async (_, writer) => {
      await store.put(`${root}/contested`, bytes(`writer ${writer}`), { ifAbsent: true });
      return writer;
    });
    const settled = await Promise.allSettled(attempts);
    const won = settled.filter((attempt) => attempt.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(text(await store.get(`${root}/contested`))).toBe(`writer ${won[0].value}`);
    for (const attempt of settled)
      if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(ObjectExists);
  });

  test('a list holds what starts with the prefix, with sizes and times', async () => {
    for (const name of ['list/v1.json', 'list/v2.json', 'list/deep/er/v3.json', 'list/w.json', 'listing']) {
      await store.put(`${root}/${name}`, bytes(name));
    }
    expect((await listed(`${root}/list/v`)).map(({ uri }) => uri)).toEqual([
      `${root}/list/v1.json`,
      `${root}/list/v2.json`,
    ]);
    const below = await listed(`${root}/list/`);
    expect(below.map(({ uri }) => uri.slice(root.length + 1))).toEqual([
      'list/deep/er/v3.json',
      'list/v1.json',
      'list/v2.json',
      'list/w.json',
    ]);
    expect(below[0].size).toBe('list/deep/er/v3.json'.length);
    expect(Math.abs(below[0].modifiedAt - Date.now())).toBeLessThan(24 * 3_600_000);
    expect(await listed(`${root}/nothing/here/`)).toEqual([]);
  });

  test('names with spaces, percent signs and equals signs stay as they are', async () => {
    const uri = `${root}/day=2024-01-01/a b%20c+d.parquet`;
    await store.put(uri, bytes('x'));
    expect(await store.exists(uri)).toBe(true);
    expect((await listed(`${root}/day=`)).map((object) => object.uri)).toEqual([uri]);
  });
}
