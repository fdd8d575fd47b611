import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataContract, QualityGates } from '../../lib/contract';
import { bronzePartitionSpec } from '../../lib/contract/partition-spec';
import { bronzeSchema } from '../../lib/contract/table-schema';
import { optional } from '../skip';

const FOLDER =
  process.env.LAKEHOUSE_ODCS_EXAMPLES ?? join(__dirname, '..', '..', '..', 'shared', 'reference', 'odcs');
const FILES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith('.odcs.yaml')) : [];

const examples = optional({
  name: "the standard's own example contracts",
  present: FILES.length > 0,
  install: 'set LAKEHOUSE_ODCS_EXAMPLES to a folder of *.odcs.yaml files',
});

examples('example contracts of the standard', () => {
  test.each(FILES)('%s loads and compiles', (file) => {
    const contract = DataContract.fromFile(join(FOLDER, file));
    expect(contract.id).not.toBe('');
    for (const schema of contract.schemas) {
      expect(bronzeSchema(schema).fields.length).toBe(schema.properties.length + 4);
      const results = QualityGates.of(schema).evaluate([]);
      expect(results.every(({ reason }) => reason !== '')).toBe(true);
      expect(bronzePartitionSpec(schema).fields.length).toBe(schema.partitionColumns.length);
    }
  });
});
