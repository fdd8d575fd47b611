export { type CompiledContractModule, createBatchEncoder } from './contract-encoder';
export { encodeRows } from './encode-rows';
