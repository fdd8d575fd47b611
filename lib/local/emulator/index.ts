export { detachUnsupported } from './detach';
export type { DetachOptions, DetachedStack } from './detach';
export { NotDeployed, stackNames } from './deployed-stack';
export { EmulatorRun } from './emulator-run';
export type { Delivered, EmulatorRunOptions } from './emulator-run';
export { MOTO_SUPPORTED_TYPES } from './supported-types';
