export { productsOfAssembly } from './assembly-products';
export { productsOfRegion } from './region-products';
export type { RegistryContents } from './registry-contents';
