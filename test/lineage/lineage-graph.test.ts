import type { Assertion, RunEvent, RunState } from '../../lib/contract/lineage/run-event';
import {
  brokenRules,
  LineageDirection,
  LineageGraph,
  type LineageNode,
  traceUpstream,
} from '../../lib/local/lineage';

const by = { _producer: 'pkg:npm/x', _schemaURL: 'pkg:npm/x' };
const dataset = (text: string) => {
  const [table, version] = text.split('@');
  return {
    namespace: 'file',
    name: `/lake/${table.replace('.', '/')}`,
    facets: { ...(version && { version: { ...by, datasetVersion: version } }) },
  };
};
let minute = 0;
beforeEach(() => (minute = 0));
const event = (
  job: string,
  inputs: string[],
  outputs: string[],
  change: { state?: RunState; assertions?: Partial<Assertion>[]; id?: string } = {},
): RunEvent => ({
  eventType: change.state ?? 'COMPLETE',
  eventTime: `2026-11-20T10:${String(minute++).padStart(2, '0')}:00.000Z`,
  producer: 'pkg:npm/x',
  schemaURL: 'pkg:npm/x',
  run: { runId: change.id ?? `${job}-${minute}` },
  job: { namespace: 'Lakehouse', name: job },
  inputs: inputs.map((input) => ({
    ...dataset(input),
    ...(change.assertions && {
      inputFacets: {
        dataQualityAssertions: { ...by, assertions: change.assertions as Assertion[] },
      },
    }),
  })),
  outputs: outputs.map(dataset),
});
const told = ({ dataset: name, repeated, ways }: LineageNode): unknown =>
  repeated
    ? `${name} again`
    : ways.length === 0
      ? name
      : { [name]: Object.fromEntries(ways.map(({ job, nodes }) => [job, nodes.map(told)])) };

test('upstream and downstream, each dataset once, also where lineage goes round', () => {
  const graph = new LineageGraph([
    event('ingest', ['stream.a'], ['bronze.a', 'quarantine.a']),
    event('refine', ['bronze.a'], ['silver.a']),
    event('gold', ['silver.a', 'silver.b'], ['gold.g']),
    event('feedback', ['gold.g'], ['silver.b']),
    event('gate', ['silver.a'], []),
  ]);
  expect(told(graph.walk('gold.g', LineageDirection.UPSTREAM))).toEqual({
    'gold.g': {
      gold: [
        { 'silver.a': { refine: [{ 'bronze.a': { ingest: ['stream.a'] } }] } },
        { 'silver.b': { feedback: ['gold.g again'] } },
      ],
    },
  });
  expect(told(graph.walk('stream.a', LineageDirection.DOWNSTREAM))).toEqual({
    'stream.a': {
      ingest: [
        {
          'bronze.a': {
            refine: [
              {
                'silver.a': {
                  gold: [{ 'gold.g': { feedback: [{ 'silver.b': { gold: ['gold.g again'] } }] } }],
                },
              },
            ],
          },
        },
        'quarantine.a',
      ],
    },
  });
});

test('a failed gate is traced to the runs since the verdict before, back to the source, and to no later ones', () => {
  const broken = [
    { name: 'ids', success: false },
    { name: 'rows', success: true },
  ];
  const graph = new LineageGraph([
    event('ingest', ['stream.a'], ['bronze.a@1'], { id: 'i1' }),
    event('refine', ['bronze.a@1'], ['silver.a@11'], { id: 'r1' }),
    event('gate', ['silver.a@11'], [], { assertions: [{ success: true }] }),
    event('ingest', ['stream.a'], ['bronze.a@2'], { id: 'i2' }),
    event('ingest', ['stream.a'], ['bronze.a@3'], { id: 'i3' }),
    event('refine', ['bronze.a@3'], ['silver.a@12'], { id: 'r2' }),
    event('ingest', ['stream.a'], ['bronze.a@4'], { id: 'i4' }),
    event('refine', ['bronze.a@4'], ['silver.a@13'], { id: 'r3' }),
    event('gate', ['silver.a@12'], [], { assertions: broken }),
  ]);
  const [found, ...more] = brokenRules(graph);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ dataset: 'silver.a', version: '12', assertions: [{ name: 'ids' }] });
  expect(
    traceUpstream(graph, found).map(({ distance, runId, version }) => [distance, runId, version]),
  ).toEqual([
    [1, 'r2', '12'],
    [2, 'i2', '2'],
    [2, 'i3', '3'],
  ]);
});

test('a snapshot no run tells of, a lost event or a compaction, is traced by time; a cycle ends', () => {
  const graph = new LineageGraph([
    event('ingest', ['silver.a'], ['bronze.a@1'], { id: 'i1' }),
    event('refine', ['bronze.a@compacted'], ['silver.a@12'], { id: 'r1' }),
    event('gate', ['silver.a@compacted'], [], { assertions: [{ success: false }] }),
    event('refine', ['bronze.a@9'], ['silver.a@13'], { id: 'later' }),
  ]);
  expect(traceUpstream(graph, brokenRules(graph)[0]).map(({ runId }) => runId)).toEqual(['r1', 'i1']);
});

test('rules that hold again are no longer told as broken; a run that came again counts as it ended', () => {
  const graph = new LineageGraph([
    event('gate', ['silver.a@1'], [], { assertions: [{ success: false }] }),
    event('gate', ['silver.a@2'], [], { assertions: [{ success: true }] }),
    event('ingest', ['stream.a'], ['bronze.a'], { state: 'FAIL', id: 'same' }),
    event('ingest', ['stream.a'], ['bronze.a'], { state: 'COMPLETE', id: 'same' }),
  ]);
  expect(brokenRules(graph)).toEqual([]);
  expect(graph.ended.map(({ eventType }) => eventType)).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE']);
});
