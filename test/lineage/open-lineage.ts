import fs from 'node:fs';
import path from 'node:path';
import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020';
import type { RunEvent } from '../../lib/contract/lineage/run-event';

const text = { type: 'string', minLength: 1 };
const uri = { type: 'string', format: 'uri' };
const list = (items: object) => ({ type: 'array', items });
const object = (required: Record<string, object>, optional: Record<string, object> = {}) => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
});
const facet = (required: Record<string, object> = {}, optional: Record<string, object> = {}) =>
  object({ _producer: uri, _schemaURL: uri, ...required }, optional);
const facets = (known: Record<string, object>) => ({
  type: 'object',
  properties: known,
  additionalProperties: facet(),
});
const name = { namespace: text, name: text };
const field = { $ref: '#/$defs/field' };
const whole = { type: 'integer', minimum: 0 };
const dataset = facets({
  schema: facet({ fields: list(field) }),
  dataSource: facet({ name: text, uri }),
  version: facet({ datasetVersion: text }),
  ownership: facet({ owners: list(object({ name: text }, { type: text })) }),
  columnLineage: facet({
    fields: {
      type: 'object',
      additionalProperties: object({
        inputFields: list(
          object(
            { ...name, field: text },
            { transformations: list(object({ type: { enum: ['DIRECT', 'INDIRECT'] } }, { subtype: text })) },
          ),
        ),
      }),
    },
  }),
});
const statistics = facet({}, { rowCount: whole, size: whole, fileCount: whole });

/** What OpenLineage 2-0-2 requires of a run event and of the facets that ours carry. */
const RUN_EVENT = {
  $defs: { field: object({ name: text }, { type: text, description: text, fields: list(field) }) },
  ...object(
    {
      eventTime: { type: 'string', format: 'date-time' },
      producer: uri,
      schemaURL: uri,
      eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
      run: object(
        { runId: { type: 'string', format: 'uuid' } },
        { facets: facets({ errorMessage: facet({ message: text, programmingLanguage: text }) }) },
      ),
      job: object(name, {
        facets: facets({
          jobType: facet({ processingType: { enum: ['BATCH', 'STREAMING', 'SERVICE'] }, integration: text }),
          sql: facet({ query: text }),
        }),
      }),
    },
    {
      inputs: list(
        object(name, {
          facets: dataset,
          inputFacets: facets({
            inputStatistics: statistics,
            dataQualityAssertions: facet({
              assertions: list(object({ assertion: text, success: { type: 'boolean' } }, { column: text })),
            }),
          }),
        }),
      ),
      outputs: list(
        object(name, { facets: dataset, outputFacets: facets({ outputStatistics: statistics }) }),
      ),
    },
  ),
};

const ajv = new Ajv2020({ allErrors: true });
addFormats(ajv);
const validate = ajv.compile(RUN_EVENT);

/** What is wrong with an event; empty for one that keeps to the specification. */
export function problemsOf(event: unknown): string[] {
  validate(event);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The events below a directory in the order of their time, each checked; a run's start before its end. */
export function eventsIn(directory: string): RunEvent[] {
  if (!fs.existsSync(directory)) return [];
  const files = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const events = files
    .filter((file) => file.endsWith('.ndjson'))
    .flatMap((file) => fs.readFileSync(path.join(directory, file), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line) as RunEvent);
  for (const event of events) expect(problemsOf(event)).toEqual([]);
  return events;
}
