/**
 * The same concepts on Azure, by cdktf: storage and its governance. Importing it never loads aws-cdk-lib; it asks for `cdktf` and
 * `@cdktf/provider-azurerm` only.
 */
export * from '../contract';
export * from './access';
export type { IResourceGroup } from './resource-group';
export * from './governance';
export * from './storage';
