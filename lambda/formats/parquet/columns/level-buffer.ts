import type { Leaf } from '../schema';

const INITIAL_CAPACITY = 1024;

/**
 * Definition and repetition levels of a column (the record shredding of the Dremel paper). A column that is
 * neither optional nor repeated has none, and one that is not repeated has no repetition levels.
 */
export abstract class LevelBuffer {
  readonly maxDefinition: number;
  /** Entries so far, nulls and empty lists included. */
  entries = 0;
  definitions: Uint8Array;
  repetitions: Uint8Array;
  private capacity = INITIAL_CAPACITY;

  /**
   * @param leaf the column
   * @param levelOf where the caller counts definition levels by another schema: for each of its levels, ours
   */
  constructor(
    readonly leaf: Leaf,
    private readonly levelOf?: Uint8Array,
  ) {
    this.maxDefinition = leaf.maxDefinition;
    this.definitions = new Uint8Array(leaf.maxDefinition > 0 ? INITIAL_CAPACITY : 0);
    this.repetitions = new Uint8Array(leaf.maxRepetition > 0 ? INITIAL_CAPACITY : 0);
  }

  /** Values so far, nulls left out. */
  abstract readonly values: number;

  /** Adds an entry without a value: what is null or empty is told by how far down the path is defined. */
  pushNull(definition: number): void {
    if (this.entries === this.capacity) this.growLevels();
    this.definitions[this.entries++] = this.levelOf === undefined ? definition : this.levelOf[definition];
  }

  /** The next entry, pushed after this call, continues a list begun before it, at the given level. */
  repeat(repetition: number): void {
    if (this.entries === this.capacity) this.growLevels();
    this.repetitions[this.entries] = repetition;
  }

  /** Adds the entry of a value. */
  protected defined(): void {
    if (this.entries === this.capacity) this.growLevels();
    if (this.maxDefinition > 0) this.definitions[this.entries] = this.maxDefinition;
    this.entries++;
  }

  protected clearLevels(): void {
    this.repetitions.fill(0, 0, this.entries);
    this.entries = 0;
  }

  private growLevels(): void {
    this.capacity *= 2;
    if (this.definitions.length > 0) this.definitions = grown(this.definitions, this.capacity);
    if (this.repetitions.length > 0) this.repetitions = grown(this.repetitions, this.capacity);
  }
}

function grown(levels: Uint8Array, capacity: number): Uint8Array {
  const larger = new Uint8Array(capacity);
  larger.set(levels);
  return larger;
}
