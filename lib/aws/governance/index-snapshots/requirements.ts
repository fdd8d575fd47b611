import { Token } from 'aws-cdk-lib';
import { requireDuration, requireWhole } from '../../bounds';
import type { IndexSnapshotsProps } from './index-snapshots-props';

const SERVERLESS = /:aoss:|\.aoss\.amazonaws\./;

/** @throws Error for what the domain, the schedule or Lambda would refuse */
export function requireSnapshots(props: IndexSnapshotsProps, path: string): void {
  const { domain } = props;
  if ([domain.domainArn, domain.domainEndpoint].some((text) => SERVERLESS.test(text))) {
    throw new Error(
      `The domain of "${path}" is a collection of OpenSearch Serverless, which snapshots itself every hour ` +
        'and takes no others: leave the construct out.',
    );
  }
  requireIndexes(props.indexes, path);
  requireRepositoryName(props.repositoryName);
  requireWhole('retention', props.retention?.toDays({ integral: false }), {
    minimum: 1,
    maximum: 3650,
    unit: 'days',
    remedy: 'Leave it out for 35 days.',
  });
  requireWhole('maximumAge', props.maximumAge?.toHours({ integral: false }), {
    minimum: 2,
    maximum: 744,
    unit: 'hours',
    remedy: 'Choose an hour more than there is between two snapshots; leave it out for 25.',
  });
  requireDuration('timeout', props.timeout, {
    minimum: 30,
    maximum: 900,
    remedy: 'Leave it out for five minutes.',
  });
}

/** https://docs.opensearch.org/latest/api-reference/index-apis/create-index/#index-naming-restrictions */
const NAME = /^(?!\.{1,2}$)[^\s,"+\\/|?#<>:A-Z_-][^\s,"+\\/|?#<>:A-Z]*$/;

/** System indexes are the domain's own: those of access control and of Dashboards are refused when they are restored. */
const SYSTEM = /^\.(opendistro|opensearch|plugins|kibana)/;

function requireIndexes(indexes: readonly string[], path: string): void {
  if (indexes.length === 0) {
    throw new Error(
      `"${path}" has no index to snapshot. Name one in indexes, or a pattern, for example "products-*".`,
    );
  }
  const known = indexes.filter((index) => !Token.isUnresolved(index));
  for (const index of known) {
    const name = index.startsWith('-') ? index.slice(1) : index;
    if (!NAME.test(name) || Buffer.byteLength(name) > 255) {
      throw new Error(
        `"${index}" of indexes is no index. Allowed: up to 255 bytes in lower case, without a space or one of , " + \\ / | ? # < > :, ` +
          'without _ at its start, * for anything, and - before what is left out.',
      );
    }
    if (SYSTEM.test(index)) {
      throw new Error(
        `"${index}" of indexes is an index of the domain's own, which it would not restore. Leave it out.`,
      );
    }
  }
  if (known[0]?.startsWith('-') ?? false) {
    throw new Error(
      `indexes begins with "${known[0]}", which leaves out of nothing. Put what is taken before it.`,
    );
  }
  const everything = known.find((index) => index === '.*' || (index === '*' && !indexes.includes('-.*')));
  if (everything !== undefined) {
    throw new Error(
      `indexes has "${everything}", which takes in the domain's own indexes, of Dashboards and of access control: it would not ` +
        'restore them. Use ["*", "-.*"].',
    );
  }
}

function requireRepositoryName(name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name)) return;
  if (/^(?!cs-)[a-z0-9][a-z0-9-]{0,99}$/.test(name)) return;
  throw new Error(
    `repositoryName is "${name}". Allowed: up to 100 lower-case letters, digits and hyphens, a letter or digit first, not ` +
      '"cs-", which is the service\'s own.',
  );
}
