import type { LatencyBucket } from '../metrics/latency-histogram';
import { count, html, milliseconds } from './markup';
import type { Markup } from './markup';

const BAR = { width: 460, height: 26, label: 150, figure: 60 };

/** Horizontal bars, longest first as given. */
export function barChart(values: readonly { readonly label: string; readonly value: number }[]): Markup {
  const most = Math.max(...values.map(({ value }) => value));
  const room = BAR.width - BAR.label - BAR.figure;
  return html`<svg viewBox="0 0 ${BAR.width} ${values.length * BAR.height}" role="img">
    ${values.map(({ label, value }, index) => {
      const y = index * BAR.height;
      const width = Math.max(2, (value / most) * room);
      return html`<text x="0" y="${y + 17}">${label}</text>
        <rect
          class="bar reason"
          x="${BAR.label}"
          y="${y + 5}"
          width="${width.toFixed(1)}"
          height="16"
          rx="3"
        />
        <text class="small" x="${(BAR.label + width + 8).toFixed(1)}" y="${y + 17}">${count(value)}</text>`;
    })}
  </svg>`;
}

const HISTOGRAM = { width: 460, height: 150, base: 126 };

/** Records by latency, on a logarithmic axis. */
export function latencyHistogram(buckets: readonly LatencyBucket[]): Markup {
  // A single bucket would be one block with nothing to compare it to.
  const shown = padded(buckets);
  const most = Math.max(...shown.map((bucket) => bucket.count));
  const step = HISTOGRAM.width / shown.length;
  const every = Math.max(1, Math.ceil(shown.length / 7));
  return html`<svg viewBox="0 0 ${HISTOGRAM.width} ${HISTOGRAM.height}" role="img">
    ${shown.map((bucket, index) => {
      const height = bucket.count === 0 ? 0 : Math.max(2, (bucket.count / most) * (HISTOGRAM.base - 8));
      return html`<rect
          class="bar"
          x="${(index * step + 1).toFixed(1)}"
          y="${(HISTOGRAM.base - height).toFixed(1)}"
          width="${(step - 2).toFixed(1)}"
          height="${height.toFixed(1)}"
          rx="2"
          ><title>
            ${milliseconds(bucket.from)} to ${milliseconds(bucket.to)}: ${count(bucket.count)} records
          </title></rect
        >
        ${index % every === 0 && html`<text class="small" x="${(index * step).toFixed(1)}" y="${HISTOGRAM.height - 6}">${milliseconds(bucket.from)}</text>`}`;
    })}
    <path class="axis" d="M0 ${HISTOGRAM.base + 0.5} H${HISTOGRAM.width}" />
  </svg>`;
}

const LEAST_BUCKETS = 9;

function padded(buckets: readonly LatencyBucket[]): LatencyBucket[] {
  const shown = [...buckets];
  const ratio = 2 ** 0.25;
  while (shown.length < LEAST_BUCKETS) {
    const { from } = shown[0];
    const { to } = shown[shown.length - 1];
    if (shown.length % 2 === 0) shown.unshift({ from: from / ratio, to: from, count: 0 });
    else shown.push({ from: to, to: to * ratio, count: 0 });
  }
  return shown;
}
