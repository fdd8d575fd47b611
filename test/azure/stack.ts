import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { App, TerraformStack, Testing } from 'cdktf';
import { MedallionLake, type MedallionLakeProps } from '../../lib/azure/storage';

/** A stack with its provider, as a user has one. */
export function azureStack(app: App = Testing.app(), id = 'Azure'): TerraformStack {
  const stack = new TerraformStack(app, id);
  new AzurermProvider(stack, 'azurerm', { features: [{ storage: [{ dataPlaneAvailable: false }] }] });
  return stack;
}

export function groupOf(stack: TerraformStack): ResourceGroup {
  return (
    (stack.node.tryFindChild('Group') as ResourceGroup | undefined) ??
    new ResourceGroup(stack, 'Group', { name: 'lake', location: 'westeurope' })
  );
}

export const NETWORK = { allowedAddresses: ['203.0.113.7'] };
export const PRINCIPAL = '11111111-2222-3333-4444-555555555555';

export function lakeIn(stack: TerraformStack, props: Partial<MedallionLakeProps> = {}): MedallionLake {
  return new MedallionLake(stack, 'Lake', {
    name: 'acmelake',
    resourceGroup: groupOf(stack),
    network: NETWORK,
    ...props,
  });
}

/** The resources of a type as Terraform is told of them, in the order of their addresses; validations run. */
export function resourcesOf(stack: TerraformStack, type: string): any[] {
  const { resource } = JSON.parse(Testing.synth(stack, true)) as { resource: Record<string, object> };
  return Object.values(resource[`azurerm_${type}`] ?? {});
}

export function onlyOf(stack: TerraformStack, type: string): any {
  const found = resourcesOf(stack, type);
  if (found.length !== 1) throw new Error(`${found.length} of ${type}, not one.`);
  return found[0];
}
