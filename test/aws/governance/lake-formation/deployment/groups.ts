import { isExternal } from './granted-resource';
import type { Resolved } from './resource-calls';

/** The boxes of the diagram in docs/lake-formation.md. */
export const GROUPS = [
  'settings',
  'locations',
  'tags',
  'databases',
  'making',
  'tables',
  'associations',
  'filters',
  'permissions',
  'functions',
  'taken',
  'shares',
] as const;

export type Group = (typeof GROUPS)[number];

const BY_TYPE: { readonly [type: string]: Group } = {
  'AWS::LakeFormation::DataLakeSettings': 'settings',
  'AWS::LakeFormation::Resource': 'locations',
  'AWS::LakeFormation::Tag': 'tags',
  'AWS::LakeFormation::TagAssociation': 'associations',
  'AWS::LakeFormation::DataCellsFilter': 'filters',
  'AWS::Glue::Database': 'databases',
  'Custom::LakehouseIcebergTable': 'tables',
};

/** The box a resource is in; undefined for those of IAM, and the functions of custom resources. */
export function groupOf({ type, properties, uses = [] }: Resolved): Group | undefined {
  if (type === 'AWS::Lambda::Function') return uses.length > 0 ? 'functions' : undefined;
  if (type === 'Custom::AWS') return properties.Create.includes('UpdateLFTag') ? 'tags' : 'taken';
  if (type !== 'AWS::LakeFormation::PrincipalPermissions') return BY_TYPE[type];
  const { DataLakePrincipalIdentifier } = properties.Principal;
  if (isExternal(DataLakePrincipalIdentifier)) return 'shares';
  return DataLakePrincipalIdentifier.includes('CatalogTablesRole') ? 'making' : 'permissions';
}
