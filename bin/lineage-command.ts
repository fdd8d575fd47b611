import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  brokenRules,
  type BrokenRules,
  type FeedingRun,
  lineageDirectory,
  LineageDirection,
  LineageGraph,
  type LineageNode,
  readEvents,
  traceUpstream,
  UnreadableEvent,
} from '../lib/local/lineage';
import { CommandFailed } from './command-failed';

/** Runs of a level that are named; the rest is counted. */
const NAMED = 5;

/** Prints what leads to a table, or what comes of it, and where what failed its gates came from. */
export function lineage(args: string[]): void {
  const { directory, table, directions } = options(args);
  const graph = graphOf(directory);
  const { datasets } = graph;
  if (table !== undefined && !datasets.includes(table))
    throw CommandFailed.usage(`No run tells of "${table}". There are: ${datasets.join(', ')}`);
  const lines: string[] = [];
  for (const direction of directions) {
    const roots = table === undefined ? ends(graph, direction) : [table];
    for (const root of roots) lines.push(`${root} (${direction})`, ...tree(graph.walk(root, direction)), '');
  }
  for (const broken of brokenRules(graph)) {
    if (table === undefined || broken.dataset === table) lines.push(...trace(graph, broken), '');
  }
  process.stdout.write(lines.join('\n'));
}

function graphOf(directory: string): LineageGraph {
  try {
    return new LineageGraph(readEvents(directory));
  } catch (error) {
    if (error instanceof UnreadableEvent) throw CommandFailed.usage(`${directory}: ${error.message}`);
    throw error;
  }
}

/** Where nothing leads further the other way. */
function ends(graph: LineageGraph, direction: LineageDirection): string[] {
  const upstream = direction === LineageDirection.UPSTREAM;
  const passed = new Set(
    graph.steps.flatMap(({ inputs, outputs }) => (outputs.length === 0 ? [] : upstream ? inputs : outputs)),
  );
  return graph.datasets.filter((dataset) => !passed.has(dataset));
}

function tree({ ways }: LineageNode, indent = ''): string[] {
  const branches = ways.flatMap(({ job, nodes }) => nodes.map((node) => ({ job, node })));
  return branches.flatMap(({ job, node }, index) => {
    const last = index === branches.length - 1;
    const line = `${indent}${last ? '└─' : '├─'} ${job} ─ ${node.dataset}${node.repeated ? ' (above)' : ''}`;
    return [line, ...tree(node, `${indent}${last ? '   ' : '│  '}`)];
  });
}

function trace(graph: LineageGraph, broken: BrokenRules): string[] {
  const { run, dataset, version, assertions } = broken;
  const feeding = traceUpstream(graph, broken);
  const levels = [...new Set(feeding.map(({ distance }) => distance))];
  return [
    `${run.job.name} found rules of ${dataset} broken at ${run.eventTime}${version === undefined ? '' : `, snapshot ${version}`}`,
    ...assertions.map(({ name, description, severity }) => `  ${severity.padEnd(5)} ${name}: ${description}`),
    feeding.length === 0 ? 'No run tells how it got there.' : 'It came through:',
    ...levels.flatMap((level) => levelLines(feeding.filter(({ distance }) => distance === level))),
  ];
}

/** The latest runs of a level. */
function levelLines(runs: readonly FeedingRun[]): string[] {
  const named = runs.slice(-NAMED);
  const indent = '  '.repeat(runs[0].distance);
  const before = runs.length - named.length;
  return [
    ...(before > 0 ? [`${indent}${before} earlier runs of ${runs[0].job}`] : []),
    ...named.map(({ job, time, runId, dataset, version, rows, inputs }) => {
      const wrote = [dataset, version && `snapshot ${version}`, rows !== undefined && `${rows} rows`];
      return `${indent}${job} ${time} → ${wrote.filter(Boolean).join(', ')} ← ${inputs.map(read).join('; ')} (run ${runId})`;
    }),
  ];
}

function read({ dataset, version, lanes = [] }: FeedingRun['inputs'][number]): string {
  const positions = lanes.map(({ lane, first, last, file }) => `${file ?? lane} ${first}–${last}`);
  return [dataset, version && `snapshot ${version}`, ...positions].filter(Boolean).join(', ');
}

interface LineageOptions {
  readonly directory: string;
  readonly table?: string;
  readonly directions: LineageDirection[];
}

function options(args: string[]): LineageOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        out: { type: 'string' },
        events: { type: 'string' },
        table: { type: 'string' },
        upstream: { type: 'boolean' },
        downstream: { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw CommandFailed.usage(`${(error as Error).message}. See lakehouse lineage --help`);
  }
  const { out, events, table, upstream, downstream } = values;
  if ((out === undefined) === (events === undefined))
    throw CommandFailed.usage(
      'lineage needs --out DIR of a run, or --events DIR. See lakehouse lineage --help',
    );
  const directory = events === undefined ? lineageDirectory(resolve(out!)) : resolve(events);
  if (!existsSync(directory))
    throw CommandFailed.usage(`No lineage in ${directory}. Fill it: lakehouse run --out ${out ?? 'DIR'}`);
  const directions = [
    ...(upstream || !downstream ? [LineageDirection.UPSTREAM] : []),
    ...(downstream ? [LineageDirection.DOWNSTREAM] : []),
  ];
  return { directory, table, directions };
}
