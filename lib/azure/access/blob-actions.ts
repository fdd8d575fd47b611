const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';

/**
 * What can be done with blobs by somebody of the directory.
 * https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-attributes
 */
export enum BlobAction {
  /** Reads blobs, and lists them. */
  READ = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read',
  /** Creates blobs that are not there. */
  ADD = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action',
  /** Creates blobs and replaces them. */
  WRITE = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write',
  DELETE = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete',
  DELETE_VERSION = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/deleteBlobVersion/action',
}

/** Attributes that conditions compare. */
export const BLOB_PATH = `@Resource[${BLOBS}:path]`;
export const LIST_PREFIX = `@Request[${BLOBS}:prefix]`;
export const NOW = '@Environment[UtcNow]';
