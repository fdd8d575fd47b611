export {
  type DynamoDbLookupOptions,
  type FileLookupOptions,
  type HttpLookupOptions,
  Lookup,
  type LookupBinding,
  type LookupOptions,
  type SecretHeader,
} from './lookup';
export { Transform, type TransformBinding, type TransformOptions } from './transform';
