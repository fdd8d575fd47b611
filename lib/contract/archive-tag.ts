/** Tag of the objects whose partition is old: a lifecycle rule moves what carries it. */
export const ARCHIVE_TAG = { key: 'lakehouse:tier', value: 'archive' } as const;
