import * as compiled from './contract.mjs';
import { ingestHandler } from './parts/ingestion';

export const handler = ingestHandler(compiled);
