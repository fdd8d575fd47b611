export { LakeFailover } from './lake-failover';
export type { LakeFailoverProps } from './lake-failover';
