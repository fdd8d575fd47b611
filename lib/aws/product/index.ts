export { DataProduct } from './data-product';
export type { DataProductProps } from './data-product-props';
