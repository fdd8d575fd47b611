/** What a run of a transform is asked to do. */
export interface TransformRequest {
  /**
   * The same for a request that is delivered again: an engine that still runs, or has run, its statements is not asked a
   * second time.
   */
  readonly id: string;
  /** Also where no input has changed: somebody asked for it, or its time has come. */
  readonly always: boolean;
  /** From all rows of the inputs, whatever has changed. */
  readonly whole: boolean;
  /** Values of the incremental mode's column to work out anew, as text; undefined for those that changed. */
  readonly values?: readonly string[];
  readonly parameters: { readonly [name: string]: string };
  /** The time the run is for: when it was scheduled, or asked for. */
  readonly runTime: Date;
}
