export { SqlParameter } from './sql-parameter';
export { SqlText } from './sql-text';
