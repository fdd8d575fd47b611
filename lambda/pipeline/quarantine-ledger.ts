import type { AppendableTable, LaneRange } from '../tables/table';

const PROPERTY_PREFIX = 'lakehouse.quarantined.';
/** Name of the table property that holds the ledger of a lane. */
export function ledgerProperty(lane: string): string {
  return PROPERTY_PREFIX + lane;
}

/** Before the first position of a lane. */
const NOWHERE = -1n;

/** Positions from `first` to `last`, inclusive, of which every record was quarantined. */
interface Run {
  readonly first: bigint;
  readonly last: bigint;
}

/** One record as this attempt judged it. */
export interface Judgement {
  readonly position: string;
  readonly rejected: boolean;
}

/**
 * What quarantine holds of one lane beyond bronze's position.
 *
 * Quarantine is committed before bronze, and bronze may never follow: the function dies in between, or a batch holds
 * nothing that bronze accepts. Such records come again, and the contract may judge them differently by then. The
 * ledger is how an attempt knows which of them quarantine has already, so that none ends up in both tables and none
 * in neither. It is a property of the quarantine table and moves in the same swap as the rows.
 *
 * The quarantine's own lane position counts the commits made for the lane. It is not a stream position because a
 * record accepted once and refused the next time lies behind every stream position judged before, and still has to
 * get in. Two attempts that judge at the same time want the same count, and one of them learns it was too late.
 */
export class QuarantineLedger {
  private constructor(
    readonly lane: string,
    private readonly commits: bigint,
    /** Last position judged so far: a rejected record that follows it directly continues the last run. */
    private readonly through: bigint,
    /** Bronze's position when this was written. What lies behind it was settled and has been forgotten here. */
    private readonly floor: bigint,
    private readonly runs: readonly Run[],
  ) {}

  static read(quarantine: AppendableTable, lane: string): QuarantineLedger {
    const commits = BigInt(quarantine.position(lane) ?? '0');
    const text = quarantine.property(ledgerProperty(lane));
    const [count, through, floor, ...gaps] = numbersOf(text);
    // Another engine rolled the table back: the rows this text speaks of may be gone. Better twice than never.
    if (floor === undefined || count !== commits)
      return new QuarantineLedger(lane, commits, NOWHERE, NOWHERE, []);
    const runs: Run[] = [];
    let end = 0n;
    for (let i = 0; i + 1 < gaps.length; i += 2) {
      const first = end + gaps[i];
      end = first + gaps[i + 1];
      runs.push({ first, last: end });
    }
    return new QuarantineLedger(lane, commits, through, floor - 1n, runs);
  }

  /** False when bronze has moved since its position was read: records this ledger forgot would look new. */
  isCompleteFrom(bronzePosition: string | undefined): boolean {
    return before(bronzePosition) >= this.floor;
  }

  holds(position: string): boolean {
    if (this.runs.length === 0) return false;
    const wanted = BigInt(position);
    let low = 0;
    let high = this.runs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const run = this.runs[middle];
      if (wanted < run.first) high = middle - 1;
      else if (wanted > run.last) low = middle + 1;
      else return true;
    }
    return false;
  }

  /** What it holds of a stretch of the lane. */
  runsWithin(first: string, last: string): [first: string, last: string][] {
    const [from, to] = [BigInt(first), BigInt(last)];
    return this.runs
      .filter((run) => run.last >= from && run.first <= to)
      .map((run) => [String(run.first < from ? from : run.first), String(run.last > to ? to : run.last)]);
  }

  /** What of the given runs, in order of position, it does not hold. */
  without(runs: readonly (readonly [first: string, last: string])[]): [first: string, last: string][] {
    return runs.flatMap(([first, last]) => {
      const left: [string, string][] = [];
      let from = BigInt(first);
      for (const [held, heldLast] of this.runsWithin(first, last)) {
        if (BigInt(held) > from) left.push([String(from), String(BigInt(held) - 1n)]);
        from = BigInt(heldLast) + 1n;
      }
      if (from <= BigInt(last)) left.push([String(from), last]);
      return left;
    });
  }

  /** The range that a commit for this lane claims; nobody else can claim it too. */
  get claim(): LaneRange {
    const next = String(this.commits + 1n);
    return { lane: this.lane, first: next, last: next };
  }

  /**
   * The property to commit along with the rows of the rejected.
   *
   * @param judgements the records judged now, in order of position, none of them held already
   * @param bronzePosition records up to here are settled and need no entry
   */
  property(judgements: readonly Judgement[], bronzePosition: string | undefined): Record<string, string> {
    const floor = before(bronzePosition);
    const runs = merge([...this.runs, ...this.newRuns(judgements)]).filter((run) => run.last > floor);
    const last = BigInt(judgements[judgements.length - 1].position);
    // Hexadecimal gaps: sequence numbers share most of their 56 digits with their neighbours.
    const numbers = [this.commits + 1n, last > this.through ? last : this.through, floor + 1n];
    let end = 0n;
    for (const run of runs) {
      numbers.push(run.first - end, run.last - run.first);
      end = run.last;
    }
    return { [ledgerProperty(this.lane)]: numbers.map((number) => number.toString(16)).join(' ') };
  }

  /**
   * Neighbours in a lane's delivery with nothing judged between them share a run, so that a batch rejected whole is
   * one run, and a stream that sends nothing else stays one run.
   */
  private newRuns(judgements: readonly Judgement[]): Run[] {
    const runs: Run[] = [];
    const tail = this.runs[this.runs.length - 1];
    let open: { first: bigint; last: bigint } | undefined;
    if (tail && tail.last === this.through && BigInt(judgements[0].position) > tail.last) open = { ...tail };
    for (const { position, rejected } of judgements) {
      const at = BigInt(position);
      if (!rejected) {
        open = undefined;
      } else if (open) {
        open.last = at;
        if (runs[runs.length - 1] !== open) runs.push(open);
      } else {
        open = { first: at, last: at };
        runs.push(open);
      }
    }
    return runs;
  }
}

function before(position: string | undefined): bigint {
  return position === undefined ? NOWHERE : BigInt(position);
}

function numbersOf(text: string | undefined): bigint[] {
  if (text === undefined || !/^[0-9a-f]+( [0-9a-f]+)*$/.test(text)) return [];
  return text.split(' ').map((hex) => BigInt(`0x${hex}`));
}

function merge(runs: Run[]): Run[] {
  const merged: Run[] = [];
  for (const run of runs.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const previous = merged[merged.length - 1];
    if (previous && run.first <= previous.last) {
      merged[merged.length - 1] = {
        first: previous.first,
        last: run.last > previous.last ? run.last : previous.last,
      };
    } else {
      merged.push(run);
    }
  }
  return merged;
}
