import type { ServiceLevels, SlaProperty } from '../service-levels';
import { plain, type DocumentNode } from './document';
import type { Fields, Keys } from './fields';
import { duration, rate, share, type Measure } from './measures';

const SLA_KEYS: Keys = {
  of: 'an SLA property',
  known: [
    ...[
      'id',
      'property',
      'value',
      'valueExt',
      'unit',
      'element',
      'driver',
      'description',
      'scheduler',
      'schedule',
    ],
  ],
};
const SECONDS_A_DAY = 86_400;

type Levels = { -readonly [Level in keyof ServiceLevels]: ServiceLevels[Level] };

/** Reads `slaProperties`: as written, and those this library acts on in fixed units. */
export function readServiceLevels(contract: Fields): { sla: ServiceLevels; slaProperties: SlaProperty[] } {
  const sla: Levels = {};
  const slaProperties = contract.maps('slaProperties').map((fields) => {
    fields.allowOnly(SLA_KEYS);
    for (const key of ['id', 'scheduler', 'schedule']) fields.string(key);
    const property =
      fields.requiredString('property', 'what is promised, for example latency, frequency or retention') ??
      '';
    const unit = fields.string('unit');
    const value = readValue(fields, 'value');
    if (value === undefined && !fields.node.entries.has('value')) {
      fields.requiredString('value', `what is promised as ${property}`);
    }
    if (value !== undefined) addLevel(fields, sla, property, plain(value), unit);
    const valueExt = readValue(fields, 'valueExt');
    return {
      property,
      value: value === undefined ? null : plain(value),
      valueExt: valueExt === undefined ? undefined : plain(valueExt),
      unit,
      element: fields.string('element'),
      driver: fields.string('driver'),
      description: fields.string('description'),
    };
  });
  return { sla, slaProperties };
}

function readValue(fields: Fields, key: string): DocumentNode | undefined {
  const node = fields.entry(key);
  if (node === undefined || node.kind === 'scalar') return node;
  fields.problems.report(node, 'must be one value: text, a number or a boolean.');
  return undefined;
}

/** Where two entries promise the same, for two elements, the stricter promise holds. */
function addLevel(
  fields: Fields,
  sla: Levels,
  property: string,
  value: unknown,
  unit: string | undefined,
): void {
  const stricter = (level: keyof Levels, found: number, choose: (...values: number[]) => number) => {
    sla[level] = sla[level] === undefined ? found : choose(sla[level], found);
  };
  const accept = (measure: Measure, use: (amount: number) => void) => {
    if (measure.amount !== undefined) use(measure.amount);
    else fields.problems.report(fields.entry(measure.atFault)!, measure.fault);
  };
  switch (property) {
    case 'latency':
      return accept(duration(value, unit), (seconds) => stricter('latencySeconds', seconds, Math.min));
    case 'frequency':
      return accept(duration(value, unit), (seconds) => stricter('frequencySeconds', seconds, Math.min));
    case 'retention':
      return accept(duration(value, unit), (seconds) =>
        stricter('retentionDays', seconds / SECONDS_A_DAY, Math.max),
      );
    case 'throughput': {
      const found = rate(value, unit);
      return accept(found, (amount) =>
        stricter(found.bytes === true ? 'bytesPerSecond' : 'recordsPerSecond', amount, Math.max),
      );
    }
    case 'errorRate':
      return accept(share(value, unit), (percent) => stricter('errorRatePercent', percent, Math.min));
    default:
  }
}
