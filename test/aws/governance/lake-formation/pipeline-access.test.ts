import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { exampleGold, readContracts } from '../../../../bin/reference-contracts';
import { ReferenceStack } from '../../../../bin/reference-stack';
import { GovernedLake, LakeCrawler, MaintenanceSchedule, TableMaintenance, Zone } from '../../../../lib/aws';
import { before, declaredCalls, resourcesOf } from './template-graph';

/** The reference stack governed, with what looks after tables made before and after it is. */
function governedReference(): Template {
  const [contract] = readContracts().filter(({ schemas }) => schemas[0].name === 'flights');
  const stack = new ReferenceStack(new App(), 'Lakehouse', { contracts: [contract], gold: exampleGold() });
  const [flights] = stack.products.values();
  new TableMaintenance(stack, 'Optimized', { table: flights.table(Zone.SILVER) });
  new GovernedLake(stack, 'Governed', { catalog: stack.catalog });
  new MaintenanceSchedule(stack, 'Scheduled', { tables: [flights.table(Zone.BRONZE)] });
  new LakeCrawler(stack, 'Landing', {
    databaseName: stack.catalog.databaseName(Zone.BRONZE),
    files: [{ zone: stack.lake.bronze, folder: 'landing/' }],
  });
  return Template.fromStack(stack);
}

interface Access {
  readonly role: string;
  readonly action: string;
  readonly database: string;
  readonly table: string;
}

/** What IAM lets roles do with tables, from their policies: `glue:<action>` on `table/<database>/<table>`. */
function allowedByIam(template: Template): Access[] {
  return resourcesOf(template, 'AWS::IAM::Policy').flatMap(([, { Properties }]) =>
    (Properties.Roles as { Ref: string }[]).flatMap(({ Ref: role }) =>
      (Properties.PolicyDocument.Statement as any[]).flatMap(({ Action, Resource }) =>
        [Resource].flat().flatMap((resource) => {
          const [, database, table] =
            /:table\/([^/]+)\/(.+)$/.exec(JSON.stringify(resource).replace(/"\]\]\}$/, '')) ?? [];
          return database === undefined
            ? []
            : [Action].flat().map((action: string) => ({ role, action, database, table }));
        }),
      ),
    ),
  );
}

/** What Lake Formation lets roles do with tables. */
function permitted(template: Template): (Access & { permissions: string[] })[] {
  return resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').flatMap(([, { Properties }]) => {
    const { Resource, Permissions, Principal } = Properties;
    const role = Principal.DataLakePrincipalIdentifier['Fn::GetAtt'][0] as string;
    const place = Resource.Table ?? Resource.TableWithColumns;
    return place === undefined
      ? []
      : [
          {
            role,
            action: '',
            database: place.DatabaseName,
            table: place.Name ?? '*',
            permissions: Permissions,
          },
        ];
  });
}

/** Permissions each call of the catalog asks for, any of them. */
const ASKED: Record<string, string[]> = {
  'glue:GetTable': ['SELECT', 'DESCRIBE'],
  'glue:GetTables': ['SELECT', 'DESCRIBE'],
  'glue:UpdateTable': ['ALTER'],
};

describe('the reference stack, governed', () => {
  let template: Template;
  beforeAll(() => (template = governedReference()));

  it('gives every role by Lake Formation what it may do with tables by IAM', () => {
    const given = permitted(template);
    const asked = allowedByIam(template).filter(({ action }) => action in ASKED);
    const without = asked.filter(
      ({ role, action, database, table }) =>
        !given.some(
          (one) =>
            one.role === role &&
            one.database === database &&
            (one.table === table || one.table === '*') &&
            one.permissions.some((permission) => ASKED[action].includes(permission)),
        ),
    );
    expect(without).toEqual([]);
    const roles = [...new Set(asked.map(({ role }) => role.replace(/(Role)?[0-9A-F]{8}$/, '')))].sort();
    expect(roles).toEqual([
      'CatalogTables',
      'DelayByDistanceGoldGate',
      'DelayByDistanceSilverGate',
      'DelayByDistanceTransform',
      'FlightsProcessor',
      'FlightsSilverProcessor',
      'Landing',
      'Optimized',
      'Scheduled',
    ]);
  });

  it('lets whoever makes or changes tables use the place they are in', () => {
    const places = new Set(
      resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions')
        .filter(([, { Properties }]) => Properties.Resource.DataLocation !== undefined)
        .map(([, { Properties }]) => Properties.Principal.DataLakePrincipalIdentifier['Fn::GetAtt'][0]),
    );
    const writers = allowedByIam(template).filter(({ action }) => action === 'glue:UpdateTable');
    expect(writers.filter(({ role }) => !places.has(role))).toEqual([]);
    expect(writers.length).toBeGreaterThan(8);
  });

  it('deploys settings, places and tags, then databases, tables, permissions, and takes from IAM last', () => {
    const order = before(template);
    const ids = (type: string) => resourcesOf(template, type).map(([id]) => id);
    const [settings] = ids('AWS::LakeFormation::DataLakeSettings');
    expect([...order.get(settings)!].filter((id) => !/Calls/.test(id))).toEqual([]);
    const kinds = ['Resource', 'Tag', 'TagAssociation', 'PrincipalPermissions'].flatMap((kind) =>
      ids(`AWS::LakeFormation::${kind}`),
    );
    for (const id of [...kinds, ...ids('AWS::Glue::Database')])
      expect([id, order.get(id)!.has(settings)]).toEqual([id, true]);

    const tables = ids('Custom::LakehouseIcebergTable');
    const making = ids('AWS::LakeFormation::PrincipalPermissions').filter((id) =>
      id.startsWith('CatalogTables'),
    );
    expect(making).toHaveLength(16);
    for (const table of tables)
      expect([table, making.filter((id) => !order.get(table)!.has(id))]).toEqual([table, []]);

    const named = resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').filter(
      ([, { Properties }]) =>
        (Properties.Resource.Table ?? Properties.Resource.TableWithColumns)?.Name !== undefined,
    );
    for (const [id, { Properties }] of named) {
      const { Name } = Properties.Resource.Table ?? Properties.Resource.TableWithColumns;
      const own = resourcesOf(template, 'Custom::LakehouseIcebergTable').filter(([, table]) =>
        table.Properties.TableUri.endsWith(`/${Name}`),
      );
      expect([id, own.some(([table]) => order.get(id)!.has(table))]).toEqual([id, true]);
    }

    const permissions = ids('AWS::LakeFormation::PrincipalPermissions');
    const taken = declaredCalls(template, 'RevokePermissions').map(([id]) => id);
    expect(taken).toHaveLength(4 + tables.length);
    for (const id of taken)
      expect([id, permissions.filter((one) => !order.get(id)!.has(one))]).toEqual([id, []]);
  });

  it('starts functions, crawlers and optimizers with their permissions', () => {
    const order = before(template);
    const users = ['AWS::Lambda::Function', 'AWS::Glue::Crawler', 'AWS::Glue::TableOptimizer']
      .flatMap((type) => resourcesOf(template, type))
      .map(([id, { Properties }]) => [id, JSON.stringify(Properties)] as const);
    const late = resourcesOf(template, 'AWS::LakeFormation::PrincipalPermissions').flatMap(
      ([permission, { Properties }]) => {
        const role = Properties.Principal.DataLakePrincipalIdentifier['Fn::GetAtt'][0];
        return users.filter(([id, text]) => text.includes(`"${role}"`) && !order.get(id)!.has(permission));
      },
    );
    expect(late).toEqual([]);
  });

  it('keeps the settings and the tags of an account that is governed no longer', () => {
    for (const type of ['DataLakeSettings', 'TagAssociation'])
      for (const [, resource] of resourcesOf(template, `AWS::LakeFormation::${type}`))
        expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});
