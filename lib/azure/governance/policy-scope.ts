import { DataAzurermClientConfig } from '@cdktf/provider-azurerm/lib/data-azurerm-client-config';
import type { Construct } from 'constructs';

/** The subscription that the provider of a stack works in, as a resource id. */
export function subscriptionId(scope: Construct): string {
  return `/subscriptions/${new DataAzurermClientConfig(scope, 'Subscription', {}).subscriptionId}`;
}
