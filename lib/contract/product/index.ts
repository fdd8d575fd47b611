export { type ListedInput, type ListedProduct, listProducts, sharedPorts, titleOf } from './product-catalog';
export {
  majorOf,
  type OutputPort,
  type ProductEntry,
  type ProductIdentity,
  productEntry,
  productEntryText,
  productIdentity,
  type ProductPlace,
  type ProductServiceLevel,
  type ProductSupport,
} from './product-entry';
export { readProductEntry } from './read-product-entry';
