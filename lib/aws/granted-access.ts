import type * as iam from 'aws-cdk-lib/aws-iam';
import { Dependable, type IConstruct, type IDependable } from 'constructs';
import type { ILakeTable, LakeTable } from './catalog';
import { Noted } from './noted';
import type { IZoneBucket } from './storage';

/** A grant on a table: Lake Formation, where it governs the table, decides beside IAM. */
export interface TableGrant {
  readonly table: ILakeTable;
  readonly grantee: iam.IGrantable;
  readonly writes: boolean;
}

/** A grant on whatever tables a database holds, or will. */
export interface DatabaseGrant {
  readonly databaseName: string;
  readonly zones: readonly IZoneBucket[];
  readonly grantee: iam.IGrantable;
}

/** A grant to read objects of a zone. */
export interface ZoneRead {
  readonly zone: IZoneBucket;
  readonly grantee: iam.IGrantable;
}

export const tableGrants = new Noted<TableGrant>();
export const databaseGrants = new Noted<DatabaseGrant>();
export const zoneReads = new Noted<ZoneRead>();
export const lakeTables = new Noted<LakeTable>();

/** Lake Formation permissions of the app, by the principal they are given to. */
const permissions = new Noted<{ readonly principal: iam.IPrincipal; readonly permission: IConstruct }>();

export function notePermission(scope: IConstruct, principal: iam.IPrincipal, permission: IConstruct): void {
  permissions.note(scope, { principal, permission });
}

/** Whatever permissions Lake Formation will give a principal, for what must come after them. */
export function permissionsOf(scope: IConstruct, { grantPrincipal }: iam.IGrantable): IDependable {
  return later(() =>
    permissions
      .all(scope)
      .filter(({ principal }) => principal === grantPrincipal)
      .map(({ permission }) => permission),
  );
}

/** A dependency on constructs that are known when the app is synthesized. */
export function later(constructs: () => IConstruct[]): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, {
    get dependencyRoots() {
      return constructs();
    },
  });
  return dependable;
}
