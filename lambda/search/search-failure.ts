/** A domain refused a call, or could not do it. */
export class SearchFailure extends Error {
  constructor(
    /** Of HTTP; undefined where there was no answer. */
    readonly status: number | undefined,
    /** The domain's own name of the error, for example `snapshot_missing_exception`. */
    readonly type: string | undefined,
    /** What was called, what it answered, and what to do about it where that is known. */
    message: string,
  ) {
    super(message);
    this.name = 'SearchFailure';
  }
}

export function unreachable(call: string, endpoint: string, error: unknown): SearchFailure {
  const { cause, message } = error as Error;
  return new SearchFailure(
    undefined,
    undefined,
    `${call} got no answer from ${endpoint}: ${cause instanceof Error ? cause.message : message}. ` +
      'Is the function in the network of the domain, and does the security group of the domain let it in?',
  );
}

/** @param call for example `PUT /_snapshot/orders` */
export async function searchFailure(call: string, response: Response): Promise<SearchFailure> {
  const text = await response.text().catch(() => '');
  const { type, reason } = errorOf(text);
  const said = [type, reason]
    .filter((part) => part !== undefined)
    .join(': ')
    .slice(0, 1000);
  const remedy = REMEDIES.find(({ status, sign }) => status === response.status && sign.test(said))?.remedy;
  return new SearchFailure(
    response.status,
    type,
    [`${call} answered HTTP ${response.status}: ${said}`, remedy]
      .filter((part) => part !== undefined)
      .join('. '),
  );
}

/** OpenSearch answers `{error: {type, reason}}`, the service before it `{Message}`, a gateway anything. */
function errorOf(text: string): { readonly type?: string; readonly reason?: string } {
  try {
    const body = JSON.parse(text) as {
      readonly error?:
        | string
        | {
            readonly type?: string;
            readonly reason?: string;
            readonly caused_by?: { readonly reason?: string };
          };
      readonly Message?: string;
      readonly message?: string;
    };
    if (typeof body.error === 'string') return { reason: body.error };
    if (body.error !== undefined) {
      const { type, reason, caused_by: cause } = body.error;
      return { type, reason: [reason, cause?.reason].filter(Boolean).join(', caused by: ') };
    }
    return { reason: body.Message ?? body.message ?? text };
  } catch {
    return { reason: text };
  }
}

const REMEDIES: readonly { readonly status: number; readonly sign: RegExp; readonly remedy: string }[] = [
  {
    status: 403,
    sign: /^security_exception/,
    remedy:
      'The domain has fine-grained access control: map the role of this function to its role manage_snapshots ' +
      '(docs/constructs/index-snapshots.md).',
  },
  {
    status: 403,
    sign: /iam:PassRole/,
    remedy: 'The role of this function has to be allowed iam:PassRole on the role of the repository.',
  },
  {
    status: 403,
    sign: /es:ESHttp/,
    remedy: 'The policy of the role, or the access policy of the domain, has to allow it.',
  },
  {
    status: 404,
    sign: /^index_not_found_exception/,
    remedy: 'Nothing was snapshotted. Take the index out of indexes, or use a pattern, which need not match.',
  },
  {
    status: 503,
    sign: /^concurrent_snapshot_execution_exception/,
    remedy: 'The domain is busy with another snapshot, of its own perhaps.',
  },
  {
    status: 500,
    sign: /^repository_verification_exception|not accessible/,
    remedy:
      'The domain could not write to the folder: look at the role of the repository, the policies of the bucket and of its key.',
  },
  {
    status: 500,
    sign: /open index with same name/,
    remedy: 'Nothing was restored. Choose another renameTo, or delete or close that index first.',
  },
];
