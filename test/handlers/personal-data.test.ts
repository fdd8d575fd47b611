import { DataContract } from '../../lib/contract';
import { classifiedColumns } from '../../lib/contract/classified-columns';
import { Deployment, kinesisEvent } from './deployment';

const CONTRACT = DataContract.fromString(`
apiVersion: v3.1.0
kind: DataContract
id: calls-contract
name: calls
version: 1.0.0
status: active
schema:
  - name: calls
    properties:
      - { name: id, logicalType: integer, required: true }
      - { name: mail, logicalType: string, classification: restricted }
      - { name: note, logicalType: string }
`);

const deployed = async (environment: { [name: string]: string }): Promise<Deployment> => {
  const deployment = new Deployment(CONTRACT, process.execPath, {
    files: {
      'classified-columns.mjs': `export const columns = ${JSON.stringify(classifiedColumns(CONTRACT.schema()))};`,
    },
    environment,
  });
  await deployment.provision();
  return deployment;
};
const records = [
  { id: 1, mail: 'known@example.com', note: 'nothing' },
  { id: 2, mail: 'known@example.com', note: 'write to hidden@example.com' },
].map((value) => JSON.stringify(value));

test('a stream is looked at: the log names the column, the metric counts, and no value is told', async () => {
  const deployment = await deployed({ LAKEHOUSE_PERSONAL_DATA_SAMPLE: '1' });
  try {
    const { outcomes, lines } = deployment.ingest(
      kinesisEvent(1, records),
      kinesisEvent(3, records),
      // Delivered again.
      kinesisEvent(3, records),
    );
    expect(outcomes.every(({ response }) => response !== undefined)).toBe(true);
    expect(lines.flatMap(({ personalData }) => personalData ?? [])).toEqual([
      { column: 'note', inContract: true, kinds: ['email'] },
    ]);
    expect(lines.flatMap(({ UnclassifiedPersonalData: values }) => values ?? [])).toEqual([1, 1, 0]);
    expect(JSON.stringify(lines)).not.toContain('@example.com');
  } finally {
    deployment.remove();
  }
});

test('nobody looks where nobody asked', async () => {
  const deployment = await deployed({});
  try {
    const { lines } = deployment.ingest(kinesisEvent(1, records));
    expect(JSON.stringify(lines)).not.toMatch(/personal/i);
  } finally {
    deployment.remove();
  }
});
