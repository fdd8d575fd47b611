import { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity';
import { TerraformVariable, Testing } from 'cdktf';
import { Principal } from '../../../lib/azure/access';
import { LakeAccount, type IZoneBucket, ZoneBucket } from '../../../lib/azure/storage';
import { azureStack, groupOf, lakeIn, PRINCIPAL, resourcesOf } from '../stack';

const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
const READ = `ActionMatches{'${BLOBS}/read'}`;
const PATH = `@Resource[${BLOBS}:path]`;

/** The assignments made in containers, and the custom roles they refer to. */
function granted(grant: (bronze: IZoneBucket, silver: IZoneBucket, principal: Principal) => void) {
  const stack = azureStack();
  const { bronze, silver } = lakeIn(stack, { customerManagedKey: false });
  grant(bronze, silver, Principal.servicePrincipal(PRINCIPAL));
  const roles = resourcesOf(stack, 'role_definition');
  return { roles, assignments: resourcesOf(stack, 'role_assignment') };
}

describe('a grant', () => {
  it('to read is the built-in role, in the container', () => {
    const { roles, assignments } = granted((_bronze, silver, one) => silver.grantRead(one));
    expect(roles).toEqual([]);
    expect(assignments).toEqual([
      {
        description: 'Reads and lists blobs.',
        principal_id: PRINCIPAL,
        principal_type: 'ServicePrincipal',
        role_definition_name: 'Storage Blob Data Reader',
        scope: expect.stringMatching(/^\$\{azurerm_storage_container\.Lake_Silver_\w+\.id\}$/),
      },
    ]);
  });

  it('to read a folder has a condition for reading and one for listing', () => {
    const { assignments } = granted((_bronze, silver, one) => silver.grantRead(one, 'orders'));
    expect(assignments[0]).toMatchObject({
      condition_version: '2.0',
      condition:
        `(!(${READ} AND NOT SubOperationMatches{'Blob.List'}) OR (${PATH} StringStartsWith 'orders/')) AND ` +
        `(!(${READ} AND SubOperationMatches{'Blob.List'}) OR (@Request[${BLOBS}:prefix] StringStartsWith 'orders/'))`,
    });
  });

  it('of a second folder widens the first: Azure takes one assignment of a role', () => {
    const { assignments } = granted((_bronze, silver, one) => {
      const first = silver.grantRead(one, 'orders');
      const second = silver.grantRead(one, 'customers/');
      expect(second.assignments).toEqual(first.assignments);
    });
    expect(assignments).toHaveLength(1);
    expect(assignments[0].condition).toContain(
      `(${PATH} StringStartsWith 'customers/' OR ${PATH} StringStartsWith 'orders/')`,
    );
    const everything = granted((_bronze, silver, one) => {
      silver.grantRead(one, 'orders');
      silver.grantRead(one);
    });
    expect(everything.assignments).toHaveLength(1);
    expect(everything.assignments[0].condition).toBeUndefined();
    expect(everything.assignments[0].condition_version).toBeUndefined();
  });

  it('to write neither deletes blobs nor containers', () => {
    const { roles } = granted((_bronze, silver, one) => silver.grantWrite(one));
    expect(roles).toEqual([
      {
        assignable_scopes: ['${azurerm_resource_group.Group.id}'],
        description: 'Creates and replaces blobs; deletes none.',
        name: 'Lake writer of acmelake',
        permissions: [{ actions: [], data_actions: [`${BLOBS}/add/action`, `${BLOBS}/write`] }],
        scope: '${azurerm_resource_group.Group.id}',
      },
    ]);
  });

  it('to write to bronze replaces nothing either', () => {
    const { roles, assignments } = granted((bronze, _silver, one) => bronze.grantWrite(one));
    expect(roles[0].permissions).toEqual([{ actions: [], data_actions: [`${BLOBS}/add/action`] }]);
    expect(assignments[0].role_definition_id).toMatch(
      /azurerm_role_definition\.Lake_Account_Role-creator_\w+\.role_definition_resource_id/,
    );
  });

  it('to commit clears away superseded metadata, and nothing else', () => {
    const { roles, assignments } = granted((bronze, _silver, one) => bronze.grantTableCommit(one, 'orders'));
    expect(roles[0].permissions[0].data_actions).toEqual(
      ['read', 'add/action', 'delete'].map((action) => `${BLOBS}/${action}`),
    );
    const { condition } = assignments[0];
    expect(condition).toContain(
      `!(ActionMatches{'${BLOBS}/delete'}) OR (${PATH} StringLike 'orders/metadata/*.metadata.json')`,
    );
    expect(condition).toContain(
      `!(ActionMatches{'${BLOBS}/add/action'}) OR (${PATH} StringStartsWith 'orders/')`,
    );
    const zone = granted((_bronze, silver, one) => silver.grantTableCommit(one));
    expect(zone.assignments[0].condition).toBe(
      `(!(ActionMatches{'${BLOBS}/delete'}) OR (${PATH} StringLike '*/metadata/*.metadata.json'))`,
    );
    expect(zone.roles[0].permissions[0].data_actions).toContain(`${BLOBS}/write`);
  });

  it('to maintain deletes blobs, to erase their versions as well', () => {
    const { roles } = granted((bronze, _silver, one) => {
      bronze.grantMaintenance(one);
      bronze.grantErasure(one, 'customers');
    });
    const actions = Object.fromEntries(
      roles.map(({ name, permissions }) => [name, permissions[0].data_actions]),
    );
    expect(actions).toEqual({
      'Lake maintainer of acmelake': [`${BLOBS}/read`, `${BLOBS}/delete`],
      'Lake eraser of acmelake': [`${BLOBS}/read`, `${BLOBS}/delete`, `${BLOBS}/deleteBlobVersion/action`],
    });
  });

  it('of several kinds is combined, each assignment once', () => {
    const { assignments } = granted((_bronze, silver, one) => {
      const both = silver.grantReadWrite(one).combine(silver.grantRead(one));
      expect(both.assignments).toHaveLength(2);
    });
    expect(assignments).toHaveLength(2);
  });

  it('can be waited for', () => {
    const stack = azureStack();
    const { silver } = lakeIn(stack, { customerManagedKey: false });
    const at = { location: 'westeurope', resourceGroupName: 'etl' };
    const app = new UserAssignedIdentity(stack, 'App', { ...at, name: 'app' });
    silver.grantRead(Principal.servicePrincipal(PRINCIPAL)).applyBefore(app);
    const [{ depends_on: waits }] = resourcesOf(stack, 'user_assigned_identity');
    expect(waits).toEqual([expect.stringMatching(/^azurerm_role_assignment\.Lake_Silver_reader-/)]);
  });

  it('to an identity of another stack is in that stack, so that none needs the other in a circle', () => {
    const app = Testing.app();
    const here = azureStack(app, 'Lake');
    const there = azureStack(app, 'Etl');
    const { silver } = lakeIn(here, { customerManagedKey: false });
    const at = { location: 'westeurope', resourceGroupName: 'etl' };
    const identity = new UserAssignedIdentity(there, 'Identity', { ...at, name: 'etl' });
    silver.grantRead(Principal.identity(identity));
    app.synth();
    expect(resourcesOf(here, 'role_assignment')).toEqual([]);
    const [assignment] = resourcesOf(there, 'role_assignment');
    expect(assignment.scope).toMatch(/^\$\{data\.terraform_remote_state\./);
    expect(assignment.principal_id).toBe('${azurerm_user_assigned_identity.Identity.principal_id}');
  });
});

describe('a container that is there already', () => {
  it('has grants, in a folder of it', () => {
    const stack = azureStack();
    const account = LakeAccount.fromAttributes(stack, 'Account', {
      accountName: 'owned',
      resourceGroup: groupOf(stack),
    });
    const zone = ZoneBucket.fromContainerName(stack, 'Zone', account, 'lake', 'bronze');
    expect(zone.abfssUri('orders')).toBe('abfss://lake@owned.dfs.core.windows.net/bronze/orders');
    zone.grantRead(Principal.group(PRINCIPAL), 'orders');
    const [assignment] = resourcesOf(stack, 'role_assignment');
    expect(assignment.principal_type).toBe('Group');
    expect(assignment.scope).toBe(
      '${azurerm_resource_group.Group.id}/providers/Microsoft.Storage/storageAccounts/owned/blobServices/default/containers/lake',
    );
    expect(assignment.condition).toContain("StringStartsWith 'bronze/orders/'");
  });
});

describe('refused', () => {
  it.each(['/orders', '', 'or*ers', "o'rders", '${path.module}'])('the folder %j', (prefix) => {
    expect(() => granted((_bronze, silver, one) => silver.grantRead(one, prefix))).toThrow(
      `A prefix is a folder such as "raw/orders", received "${prefix}".`,
    );
  });

  it('more folders than a condition holds', () => {
    const many = () =>
      granted((_bronze, silver, one) => {
        for (let index = 0; index < 60; index++) silver.grantRead(one, `folder-${index}`);
      });
    expect(many).toThrow(
      /The condition of a role assignment is \d+ characters long, Azure takes 8192: too many folders/,
    );
  });

  it('two principals of one name: the second would be granted nothing', () => {
    const stack = azureStack();
    const { silver } = lakeIn(stack, { customerManagedKey: false });
    silver.grantRead(Principal.group(PRINCIPAL, 'analysts'), 'orders');
    expect(() => silver.grantRead(Principal.group(PRINCIPAL.replace('1', '2'), 'analysts'), 'all')).toThrow(
      'analysts is the name of another principal in the grants of "Azure/Lake/Silver": it would be granted nothing. Give each a name ' +
        "of its own: Principal.group(id, 'analysts').",
    );
  });

  it('a principal without a name that is known at deployment only', () => {
    const stack = azureStack();
    const id = new TerraformVariable(stack, 'id', { type: 'string' }).stringValue;
    expect(() => Principal.user(id)).toThrow('needs a name for the addresses of its role assignments');
    expect(Principal.user(id, 'orders etl').name).toBe('orders-etl');
  });
});
