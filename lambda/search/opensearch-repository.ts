import type { IndexSnapshotSettings } from '../../lib/contract/index-snapshot-settings';
import { callHttp } from '../stores/http-calls';
import { signV4, type SigningCredentials } from '../stores/signature-v4';
import { searchFailure, unreachable } from './search-failure';
import type { IndexSnapshot, Restoration, SnapshotRepository } from './snapshot-repository';

interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Of the repository, for example `/nightly/_restore`. */
  readonly path?: string;
  readonly body?: object;
  /** Whether to ask again where the domain is busy or does not answer. */
  readonly repeatable: boolean;
  /** Other statuses that are the caller's to judge. */
  readonly expected?: readonly number[];
}

/** A snapshot as the domain writes it. Fields it leaves out while a snapshot is under way are optional. */
interface SnapshotJson {
  readonly snapshot: string;
  readonly state: string;
  readonly indices?: string[];
  readonly start_time_in_millis: number;
  readonly end_time_in_millis?: number;
  readonly shards?: { readonly total: number };
  readonly failures?: { readonly index: string; readonly shard_id: number; readonly reason: string }[];
  readonly reason?: string;
}

/**
 * A repository in S3 of a domain of Amazon OpenSearch Service, over its REST API.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html
 * https://docs.opensearch.org/latest/api-reference/snapshots/
 */
export class OpenSearchRepository implements SnapshotRepository {
  constructor(
    private readonly settings: IndexSnapshotSettings,
    private readonly credentials: SigningCredentials,
  ) {}

  async register(): Promise<boolean> {
    const { repository, bucket, folder, region, role } = this.settings;
    const wanted = { bucket, base_path: folder, region, role_arn: role };
    const response = await this.call({ method: 'GET', repeatable: true, expected: [404] });
    if (response.status !== 404) {
      const known = (await response.json()) as Record<string, { settings?: Record<string, string> }>;
      const settings = known[repository]?.settings ?? {};
      // What a domain does not tell, it has been told.
      const differs = Object.entries(wanted).some(
        ([name, value]) => settings[name] !== undefined && settings[name] !== value,
      );
      if (!differs) return false;
    }
    await this.call({ method: 'PUT', body: { type: 's3', settings: wanted }, repeatable: false });
    return true;
  }

  async list(): Promise<IndexSnapshot[]> {
    const response = await this.call({ method: 'GET', path: '/_all', repeatable: true });
    const { snapshots } = (await response.json()) as { readonly snapshots: SnapshotJson[] };
    return snapshots.map(snapshotOf);
  }

  async create(name: string, indexes: readonly string[]): Promise<boolean> {
    try {
      await this.call({
        method: 'PUT',
        path: `/${name}?wait_for_completion=false`,
        // Without the state of the cluster: templates and settings of everybody, which a restore would bring back.
        // What is there of an index that has lost a shard, and all of the others, is taken.
        body: { indices: indexes.join(','), include_global_state: false, partial: true },
        // Whoever began it, by this name there is one.
        repeatable: true,
      });
      return true;
    } catch (error) {
      if ((error as { type?: string }).type === 'invalid_snapshot_name_exception') return false;
      throw error;
    }
  }

  async delete(name: string): Promise<boolean> {
    // The domain goes on with it where the gateway before it has no more patience.
    const path = `/${name}`;
    const { status } = await this.call({ method: 'DELETE', path, repeatable: false, expected: [404, 504] });
    return status !== 504;
  }

  async restore(name: string, { indexes, renameTo, aliases, partial }: Restoration): Promise<void> {
    await this.call({
      method: 'POST',
      path: `/${name}/_restore?wait_for_completion=false`,
      body: {
        indices: indexes.join(','),
        include_global_state: false,
        include_aliases: aliases,
        partial,
        ...(renameTo !== '*' && {
          rename_pattern: '(.+)',
          rename_replacement: renameTo.replace('*', '$1'),
        }),
      },
      repeatable: false,
    });
  }

  private async call({ method, path = '', body, repeatable, expected = [] }: Call): Promise<Response> {
    const url = `${this.settings.endpoint}/_snapshot/${this.settings.repository}${path}`;
    const text = body && JSON.stringify(body);
    const headers = signV4(
      { method, url, body: text, headers: { ...(text && { 'content-type': 'application/json' }) } },
      this.credentials,
      { region: this.settings.region, service: 'es', now: new Date() },
    );
    const called = `${method} ${new URL(url).pathname}`;
    const bytes = text === undefined ? undefined : Buffer.from(text);
    const response = await callHttp({ method, url, headers, body: bytes, repeatable }).catch(
      (error: unknown) => {
        throw unreachable(called, this.settings.endpoint, error);
      },
    );
    if (response.ok || expected.includes(response.status)) return response;
    throw await searchFailure(called, response);
  }
}

function snapshotOf(json: SnapshotJson): IndexSnapshot {
  return {
    name: json.snapshot,
    state: json.state,
    startedAt: json.start_time_in_millis,
    // 0 or the time of the question while it is under way.
    endedAt: json.state === 'IN_PROGRESS' ? undefined : json.end_time_in_millis,
    indexes: json.indices ?? [],
    shards: json.shards?.total ?? 0,
    failedShards: (json.failures ?? []).map(({ index, shard_id: shard, reason }) => ({
      index,
      shard,
      reason,
    })),
    reason: json.reason,
  };
}
