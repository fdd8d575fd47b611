import { OpenSearchRepository } from '../../lambda/search/opensearch-repository';
import { restoreIndexes } from '../../lambda/search/restore-indexes';
import { checkSnapshots, takeSnapshot } from '../../lambda/search/take-snapshots';
import type { IndexSnapshotSettings } from '../../lib/contract/index-snapshot-settings';
import { CREDENTIALS, FakeOpenSearch, REGION } from './fake-opensearch';

const HOUR = 3_600_000;
const AT_FIVE = new Date('2026-11-30T05:00:00Z');
const NAME = 'scheduled-2026-11-30t05-00-00z';

let search: FakeOpenSearch;
let settings: IndexSnapshotSettings;
let repository: OpenSearchRepository;

beforeEach(async () => {
  search = new FakeOpenSearch();
  search.indexes.set('products', ['a', 'b']).set('articles', ['c']);
  settings = {
    domain: 'vectors',
    endpoint: await search.start(),
    region: REGION,
    repository: 'nightly',
    bucket: 'lake-gold',
    folder: 'index-snapshots/nightly',
    role: 'arn:aws:iam::123456789012:role/snapshots',
    indexes: ['products', 'articles'],
    retentionHours: 48,
    maximumAgeHours: 25,
  };
  repository = new OpenSearchRepository(settings, CREDENTIALS);
});
afterEach(async () => {
  await search.stop();
  expect(search.badSignatures).toEqual([]);
});

const take = (time = AT_FIVE) => takeSnapshot(repository, settings.indexes, time);
const check = (hoursLater: number) =>
  checkSnapshots(
    repository,
    settings,
    new Date(AT_FIVE.getTime() + hoursLater * HOUR),
    search.now + hoursLater * HOUR,
  );
/** A snapshot a day, from days ago until today, each ended in the state. */
async function daily(...states: string[]): Promise<void> {
  const today = search.now;
  for (const [index, state] of states.entries()) {
    const back = (states.length - 1 - index) * 24 * HOUR;
    search.now = today - back;
    await take(new Date(AT_FIVE.getTime() - back));
    search.finish(state);
  }
  search.now = today;
}

describe('a snapshot', () => {
  test('registers the repository, and is begun under the name of its time', async () => {
    expect(await take()).toEqual({ snapshot: NAME, begun: true, registered: true });
    expect(search.requests).toEqual([
      { method: 'GET', path: '/_snapshot/nightly', body: undefined },
      {
        method: 'PUT',
        path: '/_snapshot/nightly',
        body: {
          type: 's3',
          settings: {
            bucket: 'lake-gold',
            base_path: 'index-snapshots/nightly',
            region: REGION,
            role_arn: 'arn:aws:iam::123456789012:role/snapshots',
          },
        },
      },
      {
        method: 'PUT',
        path: `/_snapshot/nightly/${NAME}?wait_for_completion=false`,
        body: { indices: 'products,articles', include_global_state: false, partial: true },
      },
    ]);
  });

  test('asked for again is found, under way and when it is done', async () => {
    await take();
    const found = { snapshot: NAME, begun: false, registered: false };
    expect(await take()).toEqual(found);
    search.finish('SUCCESS');
    expect(await take()).toEqual(found);
    expect(search.snapshots()).toHaveLength(1);
  });

  test.each([0, 1, 2])('is there once after answer %i was lost and the request came again', async (lost) => {
    for (let i = 0; i < lost; i++) search.troubles.push('answer');
    search.troubles.push('drop');
    await take().catch(() => take());
    await take();
    expect(search.snapshots().map(({ snapshot }) => snapshot)).toEqual([NAME]);
    expect(search.repositories.size).toBe(1);
  });

  test('goes to the folder it is told, though the domain knew another one', async () => {
    await take();
    search.finish('SUCCESS');
    const moved = new OpenSearchRepository({ ...settings, folder: 'elsewhere' }, CREDENTIALS);
    expect(await moved.register()).toBe(true);
    expect(await moved.register()).toBe(false);
    expect(search.repositories.get('nightly')?.settings.base_path).toBe('elsewhere');
  });

  test.each<[string, () => void, string]>([
    [
      'a bucket the domain cannot write to',
      () => (search.writable = false),
      'PUT /_snapshot/nightly answered HTTP 500: repository_verification_exception: [nightly] path is not accessible on master ' +
        'node. The domain could not write to the folder: look at the role of the repository, the policies of the bucket and of its key.',
    ],
    [
      'an index that is not there',
      () => search.indexes.delete('articles'),
      `PUT /_snapshot/nightly/${NAME} answered HTTP 404: index_not_found_exception: no such index [articles]. Nothing was snapshotted. ` +
        'Take the index out of indexes, or use a pattern, which need not match.',
    ],
    [
      'access control that does not know the role',
      () =>
        search.troubles.push({
          status: 403,
          body: '{"error":{"type":"security_exception","reason":"no permissions for [cluster:admin/repository/get]"},"status":403}',
        }),
      'GET /_snapshot/nightly answered HTTP 403: security_exception: no permissions for [cluster:admin/repository/get]. The domain has ' +
        'fine-grained access control: map the role of this function to its role manage_snapshots (docs/constructs/index-snapshots.md).',
    ],
    [
      'a role that may not be passed',
      () => {
        search.troubles.push({ status: 404, body: '{"error":"none","status":404}' });
        search.troubles.push({
          status: 403,
          body: '{"Message":"User: a is not authorized to perform: iam:PassRole on resource: b"}',
        });
      },
      'PUT /_snapshot/nightly answered HTTP 403: User: a is not authorized to perform: iam:PassRole on resource: b. The role of this ' +
        'function has to be allowed iam:PassRole on the role of the repository.',
    ],
    [
      'a gateway that answers with a page',
      () => search.troubles.push({ status: 400, body: '<html>no</html>' }),
      'GET /_snapshot/nightly answered HTTP 400: <html>no</html>',
    ],
  ])('says what to do about %s', async (_what, trouble, message) => {
    trouble();
    await expect(take()).rejects.toThrow(message);
  });

  test('waits for another one that is under way, by being asked for again', async () => {
    await take(new Date(AT_FIVE.getTime() - HOUR));
    await expect(take()).rejects.toThrow('The domain is busy with another snapshot, of its own perhaps.');
    search.finish('SUCCESS');
    expect(await take()).toMatchObject({ begun: true });
  });

  test('of a domain that cannot be reached names the network', async () => {
    const closed = new OpenSearchRepository({ ...settings, endpoint: 'http://127.0.0.1:1' }, CREDENTIALS);
    await expect(closed.register()).rejects.toThrow(
      /^GET \/_snapshot\/nightly got no answer from http:\/\/127\.0\.0\.1:1: .+ Is the function in the network of the domain/,
    );
  });
});

describe('a check', () => {
  test('takes the first one, and tells of it when it is done', async () => {
    expect(await check(0)).toMatchObject({ kept: 0, madeUpFor: { snapshot: NAME, begun: true } });
    expect(await check(0.5)).toMatchObject({ inProgress: [NAME], madeUpFor: undefined, newest: undefined });
    search.finish('SUCCESS');
    expect(await check(1)).toMatchObject({
      kept: 1,
      failed: [],
      newest: { name: NAME, shards: 2, indexes: ['products', 'articles'] },
      madeUpFor: undefined,
    });
  });

  test('takes the one that a lost request did not, once', async () => {
    await daily('SUCCESS');
    expect((await check(25)).madeUpFor).toBeUndefined();
    expect((await check(25.1)).madeUpFor).toMatchObject({ begun: true });
    expect(search.snapshots()).toHaveLength(2);
  });

  test('names what is missing of a snapshot, until a whole one comes after it', async () => {
    await daily('SUCCESS');
    search.now += 24 * HOUR;
    await take(new Date(search.now));
    search.finish('PARTIAL', [{ index: 'articles', shard_id: 1, reason: 'primary shard is not allocated' }]);
    const { failed, newest, kept } = await check(1);
    expect(failed).toEqual([
      expect.objectContaining({
        state: 'PARTIAL',
        failedShards: [{ index: 'articles', shard: 1, reason: 'primary shard is not allocated' }],
      }),
    ]);
    expect([newest?.name, kept]).toEqual([NAME, 1]);
    search.now += 24 * HOUR;
    await take(new Date(search.now));
    search.finish('SUCCESS');
    expect((await check(1)).failed).toEqual([]);
  });

  test('counts a snapshot without an index as failed: it saves nothing', async () => {
    settings = { ...settings, indexes: ['absent-*'] };
    await daily('SUCCESS');
    expect(await check(0)).toMatchObject({
      kept: 0,
      newest: undefined,
      failed: [{ name: NAME, indexes: [] }],
    });
  });

  test('deletes what is older than the retention, and nobody else’s', async () => {
    await daily('SUCCESS', 'PARTIAL', 'SUCCESS', 'SUCCESS', 'SUCCESS');
    await repository.create('before-migration', ['products']);
    search.finish('SUCCESS');
    search.snapshots().at(-1)!.end_time_in_millis = 0;
    const { deleted, kept } = await check(1);
    expect(deleted).toEqual([
      'scheduled-2026-11-26t05-00-00z',
      'scheduled-2026-11-27t05-00-00z',
      'scheduled-2026-11-28t05-00-00z',
    ]);
    expect(kept).toBe(2);
    expect(search.snapshots().map(({ snapshot }) => snapshot)).toContain('before-migration');
  });

  test('keeps the newest whole one, however old', async () => {
    await daily('SUCCESS', 'SUCCESS', 'FAILED', 'FAILED', 'FAILED', 'FAILED');
    await check(1);
    expect(search.snapshots().filter(({ state }) => state === 'SUCCESS')).toEqual([
      expect.objectContaining({ snapshot: 'scheduled-2026-11-26t05-00-00z' }),
    ]);
  });

  test('keeps the newest that lacks a part, where no whole one has come after it: it is the newest state there is', async () => {
    await daily('SUCCESS', 'PARTIAL', 'PARTIAL', 'FAILED', 'FAILED', 'FAILED', 'FAILED');
    await check(1);
    expect(search.snapshots().map(({ snapshot, state }) => `${snapshot.slice(10, 20)} ${state}`)).toEqual([
      '2026-11-24 SUCCESS',
      '2026-11-26 PARTIAL',
      '2026-11-29 FAILED',
      '2026-11-30 FAILED',
    ]);
  });

  test('deletes nothing while a snapshot is under way, and goes on with what it could not delete', async () => {
    await daily('SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS');
    await take(new Date(AT_FIVE.getTime() + HOUR));
    expect((await check(1)).deleted).toEqual([]);
    search.finish('SUCCESS');
    const quiet = { status: 200, body: '{"nightly":{"settings":{}}}' };
    const { snapshots } = { snapshots: search.snapshots() };
    search.troubles.push(quiet, { status: 200, body: JSON.stringify({ snapshots }) });
    search.troubles.push(
      { status: 400, body: '{"error":{"type":"x","reason":"no"}}' },
      { status: 504, body: '' },
    );
    const { deleted, notDeleted } = await check(1);
    expect(notDeleted).toEqual([
      {
        snapshot: 'scheduled-2026-11-26t05-00-00z',
        failure:
          'SearchFailure: DELETE /_snapshot/nightly/scheduled-2026-11-26t05-00-00z answered HTTP 400: x: no',
      },
    ]);
    // The domain is at the second one still, which is the last of this check.
    expect(deleted).toEqual(['scheduled-2026-11-27t05-00-00z']);
    expect((await check(1)).deleted).toHaveLength(3);
  });

  test('begins no deletion that the function may not live to see, and leaves it to the next check', async () => {
    await daily('SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS');
    let left = 170_000;
    const slow = () => (left -= 50_000);
    const { deleted, kept } = await checkSnapshots(repository, settings, AT_FIVE, search.now + HOUR, () =>
      slow(),
    );
    expect(deleted).toEqual(['scheduled-2026-11-26t05-00-00z', 'scheduled-2026-11-27t05-00-00z']);
    expect(kept).toBe(3);
    expect((await check(1)).deleted).toEqual(['scheduled-2026-11-28t05-00-00z']);
  });
});

describe('a restore', () => {
  const latest = { restore: 'latest', renameTo: 'restored-*', partial: false };

  beforeEach(async () => {
    await daily('SUCCESS');
    search.indexes.set('products', ['broken']);
  });

  test('comes beside what is there, and what is there stays', async () => {
    expect(await restoreIndexes(repository, latest)).toEqual({
      snapshot: NAME,
      indexes: [
        { index: 'products', restoredAs: 'restored-products' },
        { index: 'articles', restoredAs: 'restored-articles' },
      ],
    });
    expect(search.indexes.get('restored-products')).toEqual(['a', 'b']);
    expect(search.indexes.get('products')).toEqual(['broken']);
    expect(search.requests.at(-1)?.body).toMatchObject({
      include_aliases: false,
      include_global_state: false,
    });
  });

  test('takes the place of an index only where that is gone', async () => {
    const inPlace = { ...latest, indexes: ['products'], renameTo: '*' };
    await expect(restoreIndexes(repository, inPlace)).rejects.toThrow(
      'Nothing was restored. Choose another renameTo, or delete or close that index first.',
    );
    expect(search.indexes.get('products')).toEqual(['broken']);
    search.indexes.delete('products');
    await restoreIndexes(repository, inPlace);
    expect(search.indexes.get('products')).toEqual(['a', 'b']);
    expect(search.requests.at(-1)?.body).toMatchObject({ include_aliases: true });
    expect(search.requests.at(-1)?.body.rename_pattern).toBeUndefined();
  });

  test('into a domain that does not know the repository yet registers it', async () => {
    const { snapshots } = search.repositories.get('nightly')!;
    search.repositories.clear();
    search.indexes.clear();
    await expect(restoreIndexes(repository, latest)).rejects.toThrow(
      'There is no whole snapshot. The newest there are: none.',
    );
    search.snapshots().push(...snapshots);
    await restoreIndexes(repository, { ...latest, renameTo: '*' });
    expect([...search.indexes.keys()]).toEqual(['products', 'articles']);
  });

  test('of one that is not there is told of the newest there are, in whatever order the domain lists them', async () => {
    const { snapshots } = search.repositories.get('nightly')!;
    const [{ start_time_in_millis: today }] = snapshots;
    for (let days = 1; days <= 10; days++) {
      const snapshot = `of-day-${days}`;
      snapshots.push({ ...snapshots[0], snapshot, start_time_in_millis: today - days * 24 * HOUR });
    }
    await expect(restoreIndexes(repository, { ...latest, restore: 'nightly-1' })).rejects.toThrow(
      'There is no snapshot nightly-1. The newest there are: of-day-9 (SUCCESS), of-day-8 (SUCCESS), of-day-7 (SUCCESS), ' +
        'of-day-6 (SUCCESS), of-day-5 (SUCCESS), of-day-4 (SUCCESS), of-day-3 (SUCCESS), of-day-2 (SUCCESS), ' +
        `of-day-1 (SUCCESS), ${NAME} (SUCCESS).`,
    );
  });

  test('of a snapshot with missing parts wants to be told so', async () => {
    search.snapshots()[0].state = 'PARTIAL';
    search.snapshots()[0].failures = [{ index: 'articles', shard_id: 0, reason: 'gone' }];
    const request = { ...latest, restore: NAME, indexes: ['products'] };
    await expect(restoreIndexes(repository, request)).rejects.toThrow(
      `The snapshot ${NAME} is PARTIAL, with parts missing of articles. Choose another one, or, of one that is PARTIAL, set ` +
        'partial: true for what there is.',
    );
    await restoreIndexes(repository, { ...request, partial: true });
    expect(search.indexes.get('restored-products')).toEqual(['a', 'b']);
  });

  test.each([
    [
      { restore: 'scheduled-2020' },
      `There is no snapshot scheduled-2020. The newest there are: ${NAME} (SUCCESS).`,
    ],
    [{ indexes: ['orders'] }, `The snapshot ${NAME} does not hold orders. It holds: products, articles.`],
    [
      { renameTo: 'copy' },
      'renameTo "copy" is one name for 2 indexes: products, articles. Use * for the old name, for example "restored-*"',
    ],
  ])('refuses %j', async (part, message) => {
    await expect(restoreIndexes(repository, { ...latest, ...part })).rejects.toThrow(message);
  });
});
