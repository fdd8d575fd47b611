import { App, Stack } from 'aws-cdk-lib';
import { TerraformStack, Testing } from 'cdktf';
import * as aws from '../../lib/aws';
import * as azure from '../../lib/azure';
import * as google from '../../lib/google';

/** What a user who moves from one cloud to another finds under the same name. */
const CLASSES = [
  ...['MedallionLake', 'ZoneBucket', 'TieringProfile', 'ZoneReplication'],
  ...['AuditTrail', 'AuditAlarms', 'CostWatch', 'PartnerAccess', 'DataContract'],
];
const GRANTS = ['grantRead', 'grantWrite', 'grantReadWrite', 'grantTableCommit', 'grantMaintenance'];
const PROFILES = [
  ...['HOT_COOL_ARCHIVE', 'QUARTER_AND_YEAR', 'INTELLIGENT', 'INTELLIGENT_ARCHIVE'],
  ...['INSTANT_ARCHIVE', 'DEEP_ARCHIVE'],
];

describe.each(Object.entries({ aws, google, azure }))('%s', (_cloud, library) => {
  const exported = library as unknown as { [name: string]: any };

  it.each(CLASSES)('has %s', (name) => {
    expect(exported[name]).toBeInstanceOf(Function);
  });

  it('grants by the same names', () => {
    const zone = library.ZoneBucket.prototype as unknown as { [name: string]: unknown };
    expect(GRANTS.filter((name) => typeof zone[name] !== 'function')).toEqual([]);
  });

  it('has lakes with the same zones and the same questions', () => {
    const lake = library.MedallionLake.prototype as unknown as { [name: string]: unknown };
    const methods = ['zone', 'extraZone', 'estimateMonthlyCost'];
    expect(methods.filter((name) => typeof lake[name] !== 'function')).toEqual([]);
    expect(Object.values(library.Zone)).toEqual(['bronze', 'silver', 'gold', 'quarantine']);
  });

  it.each(PROFILES)('knows the profile %s', (name) => {
    expect(exported.TieringProfile[name]).toBeInstanceOf(exported.TieringProfile);
  });
});

describe('the props that every cloud has make a lake', () => {
  const props = { name: 'acmelake', environment: 'prod', extraZones: { vectors: {} } };
  const stack = () => new TerraformStack(Testing.app(), 'Lake');
  const location = google.BucketLocation.region('europe-west3');
  const resourceGroup = { id: '/groups/lake', name: 'lake', location: 'westeurope' };
  const network = { allowedAddresses: ['203.0.113.7'] };

  it.each([
    ['aws', new aws.MedallionLake(new Stack(new App(), 'Lake'), 'Lake', props)],
    ['google', new google.MedallionLake(stack(), 'Lake', { ...props, location })],
    ['azure', new azure.MedallionLake(stack(), 'Lake', { ...props, resourceGroup, network })],
  ])('on %s', (_cloud, lake) => {
    expect([aws.Zone.BRONZE, aws.Zone.QUARANTINE].map((zone) => lake.zone(zone))).toEqual([
      lake.bronze,
      lake.quarantine,
    ]);
    expect(lake.extraZone('vectors')).toBeDefined();
    expect(() => lake.extraZone('other')).toThrow('has no extra zone "other" (it has: vectors).');
  });
});
