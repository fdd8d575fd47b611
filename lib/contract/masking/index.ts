export { Mask } from './mask';
export { MaskingPolicy } from './masking-policy';
