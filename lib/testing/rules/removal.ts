import type { TemplateSource } from '../template';
import { resourcesOf, type TemplateFinding } from './finding';

/** Types whose deletion takes data with it that nothing else has. A key is what its data is read by. */
const KEEPS_DATA = [
  'AWS::Backup::BackupVault',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::EFS::FileSystem',
  'AWS::Glue::Database',
  'AWS::KMS::Key',
  'AWS::Kinesis::Stream',
  'AWS::MSK::Cluster',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
];
const KEPT = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];

/** Resources that would take their data with them, with the stack or when an update replaces them. */
export function removalFindings(source: TemplateSource, ...except: string[]): TemplateFinding[] {
  return resourcesOf(source, except)
    .filter(({ resource }) => KEEPS_DATA.includes(resource.Type))
    .flatMap(({ logicalId, resource }) =>
      ['DeletionPolicy', 'UpdateReplacePolicy']
        .filter((policy) => !KEPT.includes(String(resource[policy])))
        .map((policy) => ({
          logicalId,
          type: resource.Type,
          problem: `${policy} is ${String(resource[policy] ?? 'Delete, by default')}.`,
        })),
    );
}
