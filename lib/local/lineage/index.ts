export { lineageDirectory } from './lineage-directory';
export { LineageDirection, LineageGraph, type LineageNode, type LineageWay } from './lineage-graph';
export { readEvents, UnreadableEvent } from './read-events';
export { brokenRules, traceUpstream, type BrokenRules, type FeedingRun } from './trace';
