import { App, Stack } from 'aws-cdk-lib';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import * as aws from '../../lib/aws';
import * as azure from '../../lib/azure';
import { Zone } from '../../lib/contract';
import * as google from '../../lib/google';

/** What is the same on every cloud. */
const COMMON = { name: 'acmelake', environment: 'prod', extraZones: { vectors: {} } };

const terraformStack = () => new TerraformStack(Testing.app(), 'Lake');

const lakes = {
  aws: () => new aws.MedallionLake(new Stack(new App(), 'Lake'), 'Lake', COMMON),
  google: () => {
    const stack = terraformStack();
    new GoogleProvider(stack, 'google', { project: 'acme' });
    const location = google.BucketLocation.region('europe-west3');
    return new google.MedallionLake(stack, 'Lake', { ...COMMON, location });
  },
  azure: () => {
    const stack = terraformStack();
    new AzurermProvider(stack, 'azurerm', { features: [{}] });
    const resourceGroup = { id: '/groups/lake', name: 'lake', location: 'westeurope' };
    const network = { allowedAddresses: ['203.0.113.7'] };
    return new azure.MedallionLake(stack, 'Lake', { ...COMMON, resourceGroup, network });
  },
};
const GRANTS = ['grantRead', 'grantWrite', 'grantReadWrite', 'grantTableCommit', 'grantMaintenance'];

describe.each(Object.keys(lakes) as (keyof typeof lakes)[])('a lake on %s', (cloud) => {
  const lake = lakes[cloud]();

  it('has the same zones by the same names', () => {
    expect([lake.zone(Zone.BRONZE), lake.zone(Zone.QUARANTINE)]).toEqual([lake.bronze, lake.quarantine]);
    expect(() => lake.extraZone('other')).toThrow(
      'has no extra zone "other" (it has: vectors). Name it in extraZones.',
    );
  });

  it('hands out the same rights in each of them', () => {
    for (const zone of [lake.bronze, lake.silver, lake.gold, lake.quarantine, lake.extraZone('vectors')]) {
      for (const grant of GRANTS) expect(zone).toHaveProperty(grant, expect.any(Function));
    }
  });
});

it.each([aws, google, azure])(
  'the profiles that every cloud has are called the same: %#',
  ({ TieringProfile }) => {
    const common = ['HOT_COOL_ARCHIVE', 'QUARTER_AND_YEAR', 'INSTANT_ARCHIVE', 'DEEP_ARCHIVE'];
    for (const name of common) expect(TieringProfile).toHaveProperty(name);
  },
);
