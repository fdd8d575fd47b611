export { BranchSql, type BranchRetention, type BranchSqlProps } from './branch-sql';
export { SqlParameter } from './sql-parameter';
export { SqlText } from './sql-text';
