export { ContainerCluster, type ContainerClusterProps } from './container-cluster';
export type { ContainerProcessorOptions } from './container-options';
export { ContainerProcessor, type ContainerProcessorProps } from './container-processor';
export type { HandlerNetwork } from '../handler-network';
export { StreamProcessor, type StreamProcessorOptions, type StreamProcessorProps } from './stream-processor';
export type { SilverProcessorOptions } from './silver-options';
export { SilverProcessor, type SilverProcessorProps } from './silver-processor';
export { StreamSource, type StreamSourceBinding } from './stream-source';
export * from './transform';
