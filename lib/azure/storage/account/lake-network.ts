import { PrivateEndpoint } from '@cdktf/provider-azurerm/lib/private-endpoint';
import type { Construct } from 'constructs';
import { known } from '../../../terraform';
import type { IResourceGroup } from '../../resource-group';

/** A subnet, for example an `azurerm_subnet`. */
export interface ISubnet {
  /** Resource id. */
  readonly id: string;
}

/** A private DNS zone, for example an `azurerm_private_dns_zone`. */
export interface IPrivateDnsZone {
  /** Resource id. */
  readonly id: string;
}

/** Addresses inside of a network for the lake. */
export interface PrivateAccessOptions {
  /** Where the private endpoints are. */
  readonly subnet: ISubnet;
  /**
   * Zones their names are registered in, by what they lead to: `blob`, `dfs`, `vault`, `account`, `portal`; for example
   * `privatelink.blob.core.windows.net` for `blob`.
   * @default - none: the names are registered elsewhere, by Azure Policy for example
   */
  readonly dnsZones?: { readonly [subresource: string]: IPrivateDnsZone };
}

/** Who reaches the lake and its key. Everybody else is turned away, whatever their roles. */
export interface LakeNetworkOptions {
  /**
   * Public IPv4 addresses or ranges, for example `203.0.113.7` or `203.0.113.0/24`: that of the machine Terraform runs on among
   * them, unless it runs inside of the network.
   * @default - none
   */
  readonly allowedAddresses?: string[];
  /**
   * Subnets with the service endpoints `Microsoft.Storage` and `Microsoft.KeyVault`.
   * @default - none
   */
  readonly subnets?: ISubnet[];
  /**
   * Private endpoints for blobs (`blob`, `dfs`) and for the vault of the key.
   * @default - none
   */
  readonly privateAccess?: PrivateAccessOptions;
  /**
   * Whether the public endpoint is there at all, for those named above and for services Azure trusts: diagnostic logs, backups and
   * scans of Purview come in by it.
   * @default true
   */
  readonly publicEndpoint?: boolean;
}

/** @throws Error for addresses that the firewall of a storage account would refuse */
export function requireNetwork({
  allowedAddresses = [],
  subnets = [],
  ...options
}: LakeNetworkOptions): void {
  for (const address of allowedAddresses) {
    if (known(address) !== undefined) requireAddress(address);
  }
  if ((options.publicEndpoint ?? true) || allowedAddresses.length + subnets.length === 0) return;
  throw new Error(
    'publicEndpoint: false together with allowedAddresses or subnets, which come in by it. Leave them out, and let readers use ' +
      'privateAccess.',
  );
}

/** Whether anybody but services of Azure can come in. */
export function letsSomebodyIn({
  allowedAddresses = [],
  subnets = [],
  privateAccess,
}: LakeNetworkOptions): boolean {
  return allowedAddresses.length + subnets.length > 0 || privateAccess !== undefined;
}

/** The firewall as the provider's resources take it. */
export function firewallOf({ allowedAddresses = [], subnets = [] }: LakeNetworkOptions): {
  readonly ipRules: string[];
  readonly virtualNetworkSubnetIds: string[];
} {
  return { ipRules: allowedAddresses, virtualNetworkSubnetIds: subnets.map(({ id }) => id) };
}

/** What a private endpoint leads to. */
export interface PrivateTarget {
  readonly name: string;
  readonly resourceId: string;
  /** `blob`, `dfs`, `vault`, … */
  readonly subresource: string;
  readonly location: string;
  readonly resourceGroup: IResourceGroup;
  readonly tags?: { [key: string]: string };
}

export function privateEndpoint(
  scope: Construct,
  { subnet, dnsZones = {} }: PrivateAccessOptions,
  { name, resourceId, subresource, location, resourceGroup, tags }: PrivateTarget,
): PrivateEndpoint {
  const dnsZone = dnsZones[subresource];
  return new PrivateEndpoint(scope, `Private-${subresource}`, {
    name: `${name}-${subresource}`,
    location,
    resourceGroupName: resourceGroup.name,
    subnetId: subnet.id,
    tags,
    privateServiceConnection: {
      name: subresource,
      isManualConnection: false,
      privateConnectionResourceId: resourceId,
      subresourceNames: [subresource],
    },
    ...(dnsZone && { privateDnsZoneGroup: { name: 'default', privateDnsZoneIds: [dnsZone.id] } }),
  });
}

/** https://learn.microsoft.com/azure/storage/common/storage-network-security#grant-access-from-an-internet-ip-range */
function requireAddress(address: string): void {
  const [, ip, bits] = /^((?:\d{1,3}\.){3}\d{1,3})(?:\/(\d{1,2}))?$/.exec(address) ?? [];
  const octets = ip?.split('.').map(Number) ?? [];
  const isAddress = octets.length === 4 && octets.every((octet) => octet <= 255) && Number(bits ?? 0) <= 32;
  if (!isAddress) {
    throw new Error(
      `allowedAddresses: "${address}" is no IPv4 address or range. Write 203.0.113.7 or 203.0.113.0/24.`,
    );
  }
  if (bits === '31' || bits === '32') {
    throw new Error(
      `allowedAddresses: "${address}": the firewall of a storage account takes no ranges of one or two addresses. Write each as ${ip}.`,
    );
  }
  const [a, b] = octets;
  if (a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)) {
    throw new Error(
      `allowedAddresses: "${address}" is private; the firewall knows public addresses only. Name subnets, or use privateAccess.`,
    );
  }
}
