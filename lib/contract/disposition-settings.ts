/** What becomes of a file once all of its records are in the tables. Nothing, where neither is set. */
export interface DispositionSettings {
  /** It is copied there, under its own key behind the prefix. */
  readonly copyTo?: { readonly bucket: string; readonly prefix: string };
  /** It is deleted from where it arrived. */
  readonly deletes?: boolean;
}
