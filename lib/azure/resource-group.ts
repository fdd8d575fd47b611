/** The resource group that resources are made in: an `azurerm_resource_group`, or the data source of one. */
export interface IResourceGroup {
  /** Resource id. */
  readonly id: string;
  readonly name: string;
  /** Region, for example `westeurope`. */
  readonly location: string;
}
