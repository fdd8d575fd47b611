/**
 * The constructs on AWS CDK, and the contract they are driven by: `import { … } from 'lakehouse-constructs/aws'`.
 */
export * from '../contract';
export * from './catalog';
export * from './failover';
export * from './governance';
export * from './lineage';
export * from './maintenance';
export * from './network';
export * from './observability';
export * from './processing';
export * from './product';
export * from './quality';
export * from './storage';
export * from './streams';
export * from './transform';
export * from './workflow';
