export { LakeEndpoint } from './lake-endpoint';
export {
  LakeNetwork,
  type LakeNetworkAttributes,
  type LakeNetworkProps,
  type ILakeNetwork,
} from './lake-network';
