export { DataProduct, type DataProductProps } from './data-product';
