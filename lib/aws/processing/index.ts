export type { HandlerNetwork } from '../handler-network';
export { StreamProcessor, type StreamProcessorOptions, type StreamProcessorProps } from './stream-processor';
export { SilverProcessor, type SilverProcessorOptions, type SilverProcessorProps } from './silver-processor';
export { StreamSource, type StreamSourceBinding } from './stream-source';
