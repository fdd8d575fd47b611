/** Snapshots of other names are somebody else's: they are neither counted nor deleted. */
const OURS = /^scheduled-(\d{4}-\d\d-\d\d)t(\d\d)-(\d\d)-(\d\d)z$/;

/**
 * The name of the snapshot of a time: the same one for the same time. Lower case and without colons, as names of snapshots
 * have to be.
 */
export function snapshotName(time: Date): string {
  return `scheduled-${time.toISOString().slice(0, 19).replace(/:/g, '-').toLowerCase()}z`;
}

export function isOurs({ name }: { readonly name: string }): boolean {
  return OURS.test(name);
}
