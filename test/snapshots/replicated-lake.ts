import { App, Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LakeBackup, MedallionLake } from '../../lib/aws';

export interface ReplicatedLakeOptions {
  readonly app?: App;
  readonly account: string;
  readonly timeControl?: boolean;
}

/** A lake in Ireland with locked bronze and backups, whose silver and gold are copied to Frankfurt. */
export function replicatedLake({ app = new App(), account, timeControl }: ReplicatedLakeOptions): {
  readonly here: Stack;
  readonly there: Stack;
  readonly lake: MedallionLake;
} {
  const there = new Stack(app, 'There', { env: { account, region: 'eu-central-1' } });
  const here = new Stack(app, 'Here', { env: { account, region: 'eu-west-1' } });
  const destination = new MedallionLake(there, 'Lake', {
    name: 'acme-replica',
    encryptionKeyAlias: 'alias/acme',
  });
  const lake = new MedallionLake(here, 'Lake', {
    name: 'acme',
    bronze: { objectLock: s3.ObjectLockRetention.governance(Duration.days(365)) },
    replication: { destination, zones: ['silver', 'gold'], actionsEnabled: false, timeControl },
  });
  new LakeBackup(here, 'Backup', { tagValues: ['confidential'] });
  return { here, there, lake };
}
