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
