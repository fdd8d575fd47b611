import { AccountState, IAM_ALLOWED } from './account';
import { grantedResource } from './granted-resource';

export const OWNER = '111122223333';
export const PARTNER = '444455556666';

/** An account in which IAM decides about everything, and has for another team. */
export function neverUsed(id = OWNER): AccountState {
  const account = inhabited(id);
  for (const Resource of [
    { Database: { Name: 'billing' } },
    { Table: { DatabaseName: 'billing', Name: 'invoices' } },
  ])
    account.give(IAM_ALLOWED, grantedResource(Resource), ['ALL']);
  return account;
}

/** An account whose platform team governs by Lake Formation, with the tables of another team. */
export function used(id = OWNER): AccountState {
  const account = inhabited(id);
  account.iamDefaults = false;
  account.databases.get('billing')!.tableDefaults = false;
  account.crossAccountVersion = 3;
  account.admins.add(role(id, 'PlatformAdmin'));
  account.locations.set('arn:aws:s3:::billing', { hybrid: false });
  account.tags.set('sensitivity', new Set(['low', 'high']));
  account.carried.set('table billing.invoices', new Map([['sensitivity', 'high']]));
  const clerk = role(id, 'BillingClerk');
  account.give(clerk, grantedResource({ Database: { Name: 'billing' } }), ['DESCRIBE']);
  account.give(clerk, grantedResource({ Table: { DatabaseName: 'billing', Name: 'invoices' } }), [
    'SELECT',
    'INSERT',
  ]);
  account.give(clerk, grantedResource({ DataLocation: { ResourceArn: 'arn:aws:s3:::billing' } }), [
    'DATA_LOCATION_ACCESS',
  ]);
  return account;
}

/** What is not of the lake that is deployed. */
export const OTHERS = /billing|sensitivity/;

export const ACCOUNTS: readonly (readonly [string, (id?: string) => AccountState])[] = [
  ['an account that never used Lake Formation', neverUsed],
  ['an account that uses it', used],
];

function inhabited(id: string): AccountState {
  const account = new AccountState(id);
  for (const name of [`cdk-hnb659fds-cfn-exec-role-${id}-eu-central-1`, 'PlatformAdmin', 'BillingClerk']) {
    account.roles.add(role(id, name));
    account.allowed.set(role(id, name), new Set(['*']));
  }
  const creator = role(id, 'PlatformAdmin');
  account.databases.set('billing', { creator, location: 's3://billing', tableDefaults: true });
  account.tables.set('billing.invoices', {
    creator,
    location: 's3://billing/invoices',
    columns: ['id', 'amount'],
  });
  return account;
}

function role(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}
