import type { Call } from '../aws/governance/lake-formation/deployment/account';
import { neverUsed, OWNER } from '../aws/governance/lake-formation/deployment/accounts';
import { allAtOnce, create, remove, run } from '../aws/governance/lake-formation/deployment/deployment';
import { exampleTemplates } from '../aws/governance/lake-formation/deployment/shop';
import { Random } from '../random';
import { optional } from '../skip';
import { MOTO, startMoto, type Moto } from '../stores/moto';
import { callEmulator } from './call-emulator';

const REGION = 'eu-central-1';
/** Calls moto does not know. */
const UNKNOWN = ['CreateDataCellsFilter', 'DeleteDataCellsFilter'];
const ANALYTICS = { Database: { CatalogId: OWNER, Name: 'analytics' } };

/** Whose permissions, on what. */
const pair = ({ input: { Principal, Resource } }: Call): string => JSON.stringify([Principal, Resource]);

/** What moto cannot revoke: it loses a permission that was added to one it has (its hash is another by then). */
function grantedTwice(calls: readonly Call[]): Set<string> {
  const pairs = calls.filter(({ action }) => action === 'GrantPermissions').map(pair);
  return new Set(pairs.filter((one, index) => pairs.indexOf(one) !== index));
}

/** The calls that the model of an account lets through, to services that take and keep them. */
optional(MOTO)('Lake Formation and Glue of an emulator', () => {
  let moto: Moto;
  beforeAll(async () => (moto = await startMoto()), 60_000);
  afterAll(() => moto?.stop());

  const call = async (service: string, action: string, input: object): Promise<any> => {
    const text = await callEmulator(
      { url: moto.endpoint, region: REGION },
      service,
      'POST',
      service === 'glue' ? '/' : `/${action}`,
      JSON.stringify(input),
      {
        'content-type': service === 'glue' ? 'application/x-amz-json-1.1' : 'application/json',
        'x-moto-account-id': OWNER,
        ...(service === 'glue' && { 'x-amz-target': `AWSGlue.${action}` }),
      },
    );
    return text === '' ? {} : JSON.parse(text);
  };
  const lakeFormation = (action: string, input: object = {}): Promise<any> =>
    call('lakeformation', action, { CatalogId: OWNER, ...input });

  /** What CloudFormation does of `MutationType: APPEND`. */
  const appendSettings = async ({ Admins, Parameters }: any): Promise<void> => {
    const { DataLakeSettings: known } = await lakeFormation('GetDataLakeSettings');
    const DataLakeAdmins = [...known.DataLakeAdmins, ...Admins];
    await lakeFormation('PutDataLakeSettings', {
      DataLakeSettings: { ...known, DataLakeAdmins, Parameters },
    });
  };

  const send = async (calls: readonly Call[]): Promise<string[]> => {
    const left: string[] = [];
    for (const { service, action, input } of calls) {
      if (service === 'iam' || service === 'lambda') continue;
      if (UNKNOWN.includes(action)) left.push(action);
      else if (action === 'PutDataLakeSettings') await appendSettings(input);
      else if (service === 'glue') await call('glue', action, input);
      else await lakeFormation(action, input);
    }
    return left;
  };

  const permissions = async (): Promise<string[]> => {
    const { PrincipalResourcePermissions } = await lakeFormation('ListPermissions');
    return PrincipalResourcePermissions.map(({ Principal, Resource, Permissions }: any) =>
      JSON.stringify([Principal.DataLakePrincipalIdentifier, Resource, Permissions.sort()]),
    );
  };

  test('take what a governed lake is deployed and ended with, beside what others have', async () => {
    const [customers] = exampleTemplates();
    const account = neverUsed();
    const random = new Random(1);
    const deployed = run(create(customers), account, random, allAtOnce).calls;
    const ended = run(remove(customers), account, random, allAtOnce).calls;

    await appendSettings({
      Admins: [{ DataLakePrincipalIdentifier: `arn:aws:iam::${OWNER}:role/PlatformAdmin` }],
    });
    const theirs = { Principal: { DataLakePrincipalIdentifier: `arn:aws:iam::${OWNER}:role/Clerk` } };
    await lakeFormation('GrantPermissions', { ...theirs, Resource: ANALYTICS, Permissions: ['DESCRIBE'] });
    const before = await permissions();

    expect(new Set(await send(deployed))).toEqual(new Set(['CreateDataCellsFilter']));
    const { DataLakeSettings } = await lakeFormation('GetDataLakeSettings');
    expect(
      DataLakeSettings.DataLakeAdmins.map((one: any) =>
        one.DataLakePrincipalIdentifier.replace(/^.*role\//, ''),
      ),
    ).toEqual([
      'PlatformAdmin',
      expect.stringMatching(/^cdk-hnb659fds-cfn-exec-role/),
      expect.stringMatching(/^GovernedCalls/),
    ]);
    const { ResourceInfoList } = await lakeFormation('ListResources');
    expect(ResourceInfoList).toHaveLength(4);
    const granted = await permissions();
    expect(granted).toEqual(expect.arrayContaining(before));
    expect(granted.length).toBeGreaterThan(before.length + 30);
    const { LFTags } = await lakeFormation('ListLFTags');
    expect(Object.fromEntries(LFTags.map(({ TagKey, TagValues }: any) => [TagKey, TagValues]))).toMatchObject(
      {
        classification: ['confidential', 'internal', 'public', 'restricted'],
        owner: ['none', 'customer-data'],
        product: ['none', 'loyalty'],
      },
    );
    const table = { CatalogId: OWNER, DatabaseName: 'customers_silver', Name: 'customers' };
    const { LFTagsOnColumns } = await lakeFormation('GetResourceLFTags', {
      Resource: { TableWithColumns: { ...table, ColumnNames: ['email', 'country'] } },
    });
    expect(
      LFTagsOnColumns.map(({ Name, LFTags: tags }: any) => [
        Name,
        ...tags.map(({ TagKey, TagValues }: any) => `${TagKey}=${TagValues}`),
      ]),
    ).toEqual([
      ['email', 'classification=confidential', 'pii=true'],
      ['country', 'classification=public', 'pii=false'],
    ]);
    const { TableList } = await call('glue', 'GetTables', { DatabaseName: 'customers_silver' });
    expect(TableList.map(({ Name }: any) => Name)).toEqual(['customers']);

    const twice = grantedTwice(deployed);
    await send(ended.filter((one) => one.action !== 'RevokePermissions' || !twice.has(pair(one))));
    const left = await permissions();
    expect(left).toEqual(expect.arrayContaining(before));
    expect(left.filter((one) => /IAM_ALLOWED_PRINCIPALS.*"ALL"/.test(one))).toHaveLength(7);
    expect(left).toHaveLength(before.length + twice.size + 7);
    expect((await lakeFormation('ListResources')).ResourceInfoList).toEqual([]);
    expect((await lakeFormation('ListLFTags')).LFTags).toEqual([]);
  });
});
