export { LineageSink, type LineageBinding, type LineageToken } from './lineage-sink';
