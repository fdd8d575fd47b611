import { basename } from 'node:path';
import type { WriteStream } from 'node:tty';
import type { ProductReport, RunProgress } from '../lib/local';

export interface Progress extends RunProgress {
  /** Leaves the terminal as it should be. */
  end(): void;
}

const WIDTH = 28;
const MILLISECONDS_BETWEEN = { terminal: 80, lines: 2000 };

/** A bar on a terminal; elsewhere a line now and then, which a log can keep. */
export function progressOn(stream: WriteStream): Progress {
  return stream.isTTY ? new ProgressBar(stream) : new ProgressLines(stream);
}

class ProgressBar implements Progress {
  private last = 0;

  constructor(private readonly stream: WriteStream) {}

  reading(file: string): void {
    this.draw(`Reading ${basename(file)}`);
  }

  delivered(product: string, records: number, total: number): void {
    if (records < total && Date.now() - this.last < MILLISECONDS_BETWEEN.terminal) return;
    this.last = Date.now();
    const share = total > 0 ? Math.min(1, records / total) : 1;
    const filled = Math.round(share * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    this.draw(
      `${product.padEnd(14)} ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${count(records)} of ${count(total)}`,
    );
  }

  invoking(path: string): void {
    this.draw(`${path} runs`);
  }

  finished(): void {
    this.draw('');
  }

  end(): void {
    this.draw('');
  }

  private draw(text: string): void {
    // A terminal that does not know its width says 0.
    const columns = this.stream.columns > 0 ? this.stream.columns : 80;
    this.stream.write(`\r\x1b[2K${text.slice(0, columns - 1)}`);
  }
}

class ProgressLines implements Progress {
  private last = Date.now();

  constructor(private readonly stream: NodeJS.WritableStream) {}

  reading(file: string): void {
    this.stream.write(`Reading ${basename(file)}\n`);
  }

  delivered(product: string, records: number, total: number): void {
    if (Date.now() - this.last < MILLISECONDS_BETWEEN.lines) return;
    this.last = Date.now();
    this.stream.write(`${product}: ${count(records)} of ${count(total)} records\n`);
  }

  invoking(): void {
    // A line for each would bury the others.
  }

  finished({ summary }: ProductReport): void {
    this.stream.write(
      `${summary.product}: ${count(summary.records.read)} records in ${summary.seconds.toFixed(1)} s\n`,
    );
  }

  end(): void {
    // Every line is complete.
  }
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
