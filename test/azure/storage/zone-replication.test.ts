import { TerraformStack, Testing } from 'cdktf';
import { Zone } from '../../../lib/contract/zone';
import {
  LakeAccount,
  MedallionLake,
  type MedallionLakeProps,
  ZoneBucket,
  ZoneReplication,
  type ZoneReplicationProps,
} from '../../../lib/azure/storage';
import { azureStack, groupOf, lakeIn, onlyOf, resourcesOf } from '../stack';

function copyOf(stack: TerraformStack, props: Partial<MedallionLakeProps> = {}, id = 'Copy'): MedallionLake {
  return new MedallionLake(stack, id, {
    name: id.toLowerCase().padEnd(4, 'x'),
    location: 'northeurope',
    resourceGroup: groupOf(stack),
    customerManagedKey: false,
    ...props,
  });
}
const OWN = { customerManagedKey: false };

describe('a lake that is copied', () => {
  it('has a policy of one rule for each zone, and a change feed', () => {
    const stack = azureStack();
    const destination = copyOf(stack);
    lakeIn(stack, { ...OWN, replication: { destination, existingObjects: true } });
    const { rules, ...policy } = onlyOf(stack, 'storage_object_replication');
    expect(policy).toEqual({
      source_storage_account_id: expect.stringMatching(/azurerm_storage_account\.Lake_Account_\w+\.id/),
      destination_storage_account_id: expect.stringMatching(/azurerm_storage_account\.Copy_Account_\w+\.id/),
    });
    expect(rules).toHaveLength(4);
    expect(rules[0]).toEqual({
      source_container_name: expect.stringMatching(/azurerm_storage_container\.Lake_Bronze_\w+\.name/),
      destination_container_name: expect.stringMatching(/azurerm_storage_container\.Copy_Bronze_\w+\.name/),
      copy_blobs_created_after: 'Everything',
    });
    const feeds = Object.fromEntries(
      resourcesOf(stack, 'storage_account').map(({ name, blob_properties: properties }) => [
        name,
        [properties.change_feed_enabled, properties.versioning_enabled],
      ]),
    );
    expect(feeds).toEqual({ acmelake: [true, true], copy: [false, true] });
  });

  it('can be copied in part, from now on', () => {
    const stack = azureStack();
    const destination = copyOf(stack);
    lakeIn(stack, { ...OWN, replication: { destination, zones: ['gold'] } });
    const { rules } = onlyOf(stack, 'storage_object_replication');
    expect(rules.map((rule: any) => rule.copy_blobs_created_after)).toEqual(['OnlyNewObjects']);
  });

  it('can have its copy in a stack of its own, deployed first', () => {
    const app = Testing.app();
    const [there, here] = [azureStack(app, 'There'), azureStack(app, 'Here')];
    const destination = copyOf(there);
    lakeIn(here, { ...OWN, replication: { destination } });
    app.synth();
    const policy = onlyOf(here, 'storage_object_replication');
    expect(policy.destination_storage_account_id).toMatch(/^\$\{data\.terraform_remote_state\./);
    expect(here.dependencies).toEqual([there]);
    expect(there.dependencies).toEqual([]);
  });

  it('can be copied folder by folder', () => {
    const stack = azureStack();
    const [lake, copy] = [lakeIn(stack, OWN), copyOf(stack)];
    new ZoneReplication(stack, 'Replication', {
      zones: [{ source: lake.gold, destination: copy.gold, prefixes: ['daily_revenue'] }],
    });
    const { rules } = onlyOf(stack, 'storage_object_replication');
    expect(rules[0].filter_out_blobs_with_prefix).toEqual(['daily_revenue/']);
  });
});

describe('refused at construction', () => {
  function replicate(
    source: Partial<MedallionLakeProps>,
    destination: Partial<MedallionLakeProps>,
    zones: (source: MedallionLake, destination: MedallionLake) => ZoneReplicationProps['zones'] = (a, b) => [
      { source: a.gold, destination: b.gold },
    ],
  ) {
    const stack = azureStack();
    const [lake, copy] = [lakeIn(stack, { ...OWN, ...source }), copyOf(stack, destination)];
    return new ZoneReplication(stack, 'Replication', { zones: zones(lake, copy) });
  }

  it('accounts without versions, on either side', () => {
    expect(() => replicate({ hierarchicalNamespace: true }, {})).toThrow(
      new Error(
        'The source acmelake of the replication "Azure/Replication" has hierarchicalNamespace: true: Azure replicates blobs between accounts ' +
          'with versions only. Leave it out; for accounts with folders use StorageRedundancy.GZRS.',
      ),
    );
    expect(() => replicate({}, { versioning: false })).toThrow(
      'The destination copy of the replication "Azure/Replication" has versioning: false: Azure replicates blobs between',
    );
  });

  it('a source whose change feed was switched off', () => {
    expect(() => replicate({ changeFeed: false }, {})).toThrow(
      new Error(
        'The replication "Azure/Replication" reads the change feed of acmelake, which has changeFeed: false. Leave it out.',
      ),
    );
  });

  it('nothing, itself, a zone twice, and zones of several accounts', () => {
    expect(() => replicate({}, {}, () => [])).toThrow(
      new Error('The replication "Azure/Replication" copies nothing. Name zones.'),
    );
    expect(() => replicate({}, {}, (a) => [{ source: a.gold, destination: a.silver }])).toThrow(
      new Error('The replication "Azure/Replication" copies from acmelake to itself. Use another account.'),
    );
    const twice = () =>
      replicate({}, {}, (a, b) => [
        { source: a.gold, destination: b.gold },
        { source: a.gold, destination: b.silver },
      ]);
    expect(twice).toThrow(
      new Error(
        'The replication "Azure/Replication" names the source gold twice. Azure takes a container once.',
      ),
    );
    const several = () =>
      replicate({}, {}, (a, b) => [
        { source: a.gold, destination: b.gold },
        { source: b.silver, destination: a.silver },
      ]);
    expect(several).toThrow(
      'The replication "Azure/Replication" has 2 source accounts. Azure takes one policy for each pair',
    );
  });

  it('an account of somebody else, and one pair of accounts twice', () => {
    const stack = azureStack();
    const lake = lakeIn(stack, OWN);
    const account = LakeAccount.fromAttributes(stack, 'Owned', {
      accountName: 'owned',
      resourceGroup: groupOf(stack),
    });
    const destination = ZoneBucket.fromContainerName(stack, 'Theirs', account, 'gold');
    const foreign = { zones: [{ source: lake.gold, destination }] };
    expect(() => new ZoneReplication(stack, 'Foreign', foreign)).toThrow(
      new Error(
        'The destination owned of the replication "Azure/Foreign" is an account of its owner\'s, whose configuration is not known here.',
      ),
    );
    const to = (id: string, zone = Zone.GOLD, copy = copyOf(stack, {}, id)) =>
      new ZoneReplication(stack, `To${id}${zone}`, {
        zones: [{ source: lake.zone(zone), destination: copy.zone(zone) }],
      });
    const first = copyOf(stack, {}, 'First');
    to('First', Zone.GOLD, first);
    expect(() => to('First', Zone.SILVER, first)).toThrow(
      new Error(
        'acmelake is copied to first already: Azure takes one policy for each pair. Put the zones together.',
      ),
    );
    to('Second');
    expect(() => to('Third')).toThrow(
      new Error('acmelake is copied to 2 accounts already, which is what Azure takes.'),
    );
  });

  it('zones that either lake does not have', () => {
    const stack = azureStack();
    const destination = copyOf(stack);
    const with_ = (zones?: string[]) => () =>
      lakeIn(stack, { ...OWN, extraZones: { vectors: {} }, replication: { destination, zones } });
    expect(with_(['platinum'])).toThrow(
      'has no zone "platinum". It has: bronze, silver, gold, quarantine, vectors.',
    );
    stack.node.tryRemoveChild('Lake');
    expect(with_()).toThrow('the lake "Azure/Copy" has no zone "vectors" to keep copies in.');
  });
});

test('zones that are folders are copied as such, into the same folder', () => {
  const stack = azureStack();
  const [from, to] = ['Lake', 'Copy'].map((id) => copyOf(stack, {}, id));
  const [here, there] = [from, to].map((lake) => lake.gold.account);
  const folderOf = (id: string, account: typeof here, root?: string) =>
    ZoneBucket.fromContainerName(stack, id, account, 'shared', root);
  const source = folderOf('Source', here, 'sales');
  new ZoneReplication(stack, 'Folder', {
    zones: [{ source, destination: folderOf('Same', there, 'sales') }],
  });
  expect(onlyOf(stack, 'storage_object_replication').rules[0].filter_out_blobs_with_prefix).toEqual([
    'sales/',
  ]);
  expect(
    () =>
      new ZoneReplication(stack, 'Other', {
        zones: [{ source, destination: folderOf('All', there) }],
      }),
  ).toThrow(
    'The replication "Azure/Other" copies "sales/" of a container to all of another. Azure keeps the names of blobs: use the same folder.',
  );
});
