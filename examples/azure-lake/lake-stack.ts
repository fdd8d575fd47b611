import { MonitorActionGroup } from '@cdktf/provider-azurerm/lib/monitor-action-group';
import { PrivateDnsZone } from '@cdktf/provider-azurerm/lib/private-dns-zone';
import { PrivateDnsZoneVirtualNetworkLink } from '@cdktf/provider-azurerm/lib/private-dns-zone-virtual-network-link';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
import { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { TerraformOutput, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import {
  AuditAlarms,
  AuditTrail,
  CostWatch,
  DataContract,
  LakeAccount,
  LakeBackup,
  type LakeNetworkOptions,
  MedallionLake,
  PartnerAccess,
  Principal,
  PurviewCatalog,
  RequiredTags,
  StorageRedundancy,
  TaggingPolicy,
  Tags,
  TieringPolicy,
  TieringProfile,
} from 'lakehouse-constructs/azure';

/** What differs from one environment to the other. */
export interface LakeStackProps {
  readonly environment: string;
  /** Public address Terraform comes from. */
  readonly deployedFrom: string;
  /** Object id of the group of analysts. */
  readonly analysts: string;
  /** Object id of the service principal of a partner's application. */
  readonly courier: string;
}

/** A lake in three zones with a copy in another region, and with what an audit asks for. */
export class LakeStack extends TerraformStack {
  readonly lake: MedallionLake;

  constructor(scope: Construct, id: string, props: LakeStackProps) {
    super(scope, id);
    const { environment } = props;
    // Accounts are asked through Azure's own interface only: their firewall turns Terraform away elsewhere.
    new AzurermProvider(this, 'azurerm', { features: [{ storage: [{ dataPlaneAvailable: false }] }] });
    const contract = DataContract.fromFile(`${__dirname}/../first-stack/orders.odcs.yaml`);
    const resourceGroup = new ResourceGroup(this, 'Group', {
      name: `lake-${environment}`,
      location: 'westeurope',
    });
    const network = this.network(resourceGroup, props.deployedFrom);

    const copy = new MedallionLake(this, 'Copy', {
      name: 'acmecopy',
      environment,
      resourceGroup,
      location: 'northeurope',
      redundancy: StorageRedundancy.LRS,
      network: { allowedAddresses: [props.deployedFrom] },
      gold: { tiering: [{ profile: TieringProfile.INSTANT_ARCHIVE }] },
    });
    // An archive tier is there without zones only.
    const vectors = new LakeAccount(this, 'Vectors', {
      accountName: `genai${environment}`,
      resourceGroup,
      redundancy: StorageRedundancy.GRS,
      network: { allowedAddresses: [props.deployedFrom] },
    });
    this.lake = new MedallionLake(this, 'Lake', {
      name: 'acmelake',
      environment,
      resourceGroup,
      redundancy: StorageRedundancy.RAGZRS,
      pointInTimeRestoreDays: 7,
      network,
      bronze: {
        retention: { days: 30 },
        tiering: [{ prefix: 'logs/', profile: TieringProfile.HOT_COOL }],
        expirations: [{ prefix: 'landing/', afterDays: 30 }],
      },
      silver: { tiering: [{ profile: TieringProfile.STEPWISE }] },
      gold: { tiering: [{ profile: TieringProfile.INTELLIGENT }] },
      extraZones: {
        vectors: { account: vectors, tiering: [{ profile: TieringProfile.archiveAfter(30) }] },
      },
      accessMonitoring: { prefixes: ['logs/'] },
      replication: { destination: copy, zones: ['silver', 'gold'], existingObjects: true },
    });

    // Who may do what: the loader adds to bronze and commits to a table of silver, analysts read gold.
    const { name: resourceGroupName, location } = resourceGroup;
    const identity = new UserAssignedIdentity(this, 'Loader', {
      name: 'orders-loader',
      resourceGroupName,
      location,
    });
    const loader = Principal.identity(identity);
    this.lake.bronze.grantWrite(loader, 'raw/orders');
    this.lake.silver.grantTableCommit(loader, 'orders');
    this.lake.gold.grantRead(Principal.group(props.analysts, 'analysts'));
    new PartnerAccess(this, 'Courier', {
      partner: Principal.servicePrincipal(props.courier, 'courier'),
      folders: [{ zone: this.lake.gold, prefix: 'exports/courier' }],
      validUntil: '2027-12-31T00:00:00Z',
    });

    // What an audit asks for.
    const trail = new AuditTrail(this, 'Audit', {
      lake: this.lake,
      recordsAccountName: `acmeaudit${environment}`,
    });
    new LakeBackup(this, 'Backup', {
      resourceGroup,
      vaultName: `lake-backups-${environment}`,
      zones: [this.lake.silver, this.lake.gold],
    });
    new PurviewCatalog(this, 'Catalog', {
      resourceGroup,
      accountName: `acme-catalog-${environment}`,
      lake: this.lake,
      privateAccess: network.privateAccess,
    });
    const tags = [{ key: 'CostCenter' }, { key: 'Environment', allowedValues: ['dev', 'prod'] }];
    new TaggingPolicy(this, 'RequiredOfOthers', { resourceGroup, tags });

    new TieringPolicy(this, 'TieringOfOthers', {
      resourceGroup,
      profile: TieringProfile.HOT_COOL,
      prefixes: ['app/logs/'],
    });

    // What it costs and what is suspicious, told to those who can do something about it.
    const actionGroup = new MonitorActionGroup(this, 'Owners', {
      name: 'lake-owners',
      shortName: 'lakeowners',
      resourceGroupName,
      emailReceiver: [
        { name: 'owners', emailAddress: 'lake-owners@acme.example', useCommonAlertSchema: true },
      ],
    });
    new AuditAlarms(this, 'AuditAlarms', {
      trail,
      appendOnlyZone: this.lake.bronze,
      actionGroups: [actionGroup],
    });
    new CostWatch(this, 'Costs', {
      resourceGroup,
      monthlyLimit: 2000,
      tagValue: Tags.fromContract(contract).DataProduct,
      actionGroup,
      anomalyEmails: ['lake-owners@acme.example'],
    });

    Tags.of(this).add('CostCenter', '4711').add('Environment', environment).addContract(contract);
    RequiredTags.standard(['public', 'internal', 'restricted']).enforce(this);
    new TerraformOutput(this, 'bronze', { value: this.lake.bronze.abfssUri() });
  }

  /** Addresses inside of a network for the lake, its key and its catalog. */
  private network({ name: resourceGroupName, location }: ResourceGroup, address: string): LakeNetworkOptions {
    const virtualNetwork = new VirtualNetwork(this, 'Network', {
      name: 'lake',
      resourceGroupName,
      location,
      addressSpace: ['10.0.0.0/16'],
    });
    const subnet = new Subnet(this, 'Subnet', {
      name: 'lake',
      resourceGroupName,
      virtualNetworkName: virtualNetwork.name,
      addressPrefixes: ['10.0.1.0/24'],
    });
    const dnsZone = (subresource: string, name: string) => {
      const zone = new PrivateDnsZone(this, `Dns-${subresource}`, { name, resourceGroupName });
      new PrivateDnsZoneVirtualNetworkLink(this, `DnsLink-${subresource}`, {
        name: 'lake',
        resourceGroupName,
        privateDnsZoneName: zone.name,
        virtualNetworkId: virtualNetwork.id,
      });
      return zone;
    };
    return {
      allowedAddresses: [address],
      privateAccess: {
        subnet,
        dnsZones: {
          blob: dnsZone('blob', 'privatelink.blob.core.windows.net'),
          dfs: dnsZone('dfs', 'privatelink.dfs.core.windows.net'),
          vault: dnsZone('vault', 'privatelink.vaultcore.azure.net'),
          account: dnsZone('account', 'privatelink.purview.azure.com'),
          portal: dnsZone('portal', 'privatelink.purviewstudio.azure.com'),
        },
      },
    };
  }
}
