import { HANDLER_ENVIRONMENT } from '../../contract/handler-environment';
import { containerDefinition } from '../functions/container-definition';
import { functionDefinition } from '../functions/function-definition';
import type { FunctionDefinition } from '../functions/function-definition';
import type { CloudAssembly } from '../template/assembly';
import type { EmbeddedLake, LocalTable } from './embedded-lake';

/** What a table is to its product. */
export enum TableRole {
  BRONZE = 'bronze',
  SILVER = 'silver',
  GOLD = 'gold',
  QUARANTINE = 'quarantine',
  TOMBSTONES = 'tombstones',
  QUALITY = 'quality',
  OTHER = 'other',
}

export interface ProductTable extends LocalTable {
  readonly role: TableRole;
}

/** The variable by which a handler is told of a table says what the table is. */
const ROLES: Record<string, TableRole> = {
  [HANDLER_ENVIRONMENT.bronzeTable]: TableRole.BRONZE,
  [HANDLER_ENVIRONMENT.silverTable]: TableRole.SILVER,
  [HANDLER_ENVIRONMENT.goldTable]: TableRole.GOLD,
  [HANDLER_ENVIRONMENT.quarantineTable]: TableRole.QUARANTINE,
  [HANDLER_ENVIRONMENT.tombstonesTable]: TableRole.TOMBSTONES,
  [HANDLER_ENVIRONMENT.qualityTable]: TableRole.QUALITY,
};
const ORDER = Object.values(TableRole);

/**
 * The functions and containers of a product, by the name they give it in metrics and logs, and those that make gold
 * tables of its tables, whatever product they are of.
 */
export function handlersOf(assembly: CloudAssembly, product: string): FunctionDefinition[] {
  const functions = assembly
    .ofType('AWS::Lambda::Function')
    .flatMap((resource) => functionDefinition(assembly, resource) ?? []);
  const containers = assembly
    .ofType('AWS::ECS::TaskDefinition')
    .flatMap((resource) => containerDefinition(assembly, resource) ?? []);
  const all = [...functions, ...containers];
  const own = all.filter(({ environment }) => environment[HANDLER_ENVIRONMENT.product] === product);
  const tables = new Set(
    own.flatMap(({ environment }) => Object.keys(ROLES).map((name) => environment[name])),
  );
  const transforms = all.filter(
    (handler) => !own.includes(handler) && inputsOf(handler).some((input) => tables.has(input)),
  );
  return [...own, ...transforms];
}

function inputsOf({ environment }: FunctionDefinition): string[] {
  return Object.entries(environment)
    .filter(([name]) => name.startsWith(HANDLER_ENVIRONMENT.inputTable))
    .map(([, value]) => value);
}

/** The tables a product's handlers work on, from bronze on. */
export function productTables(handlers: readonly FunctionDefinition[], lake: EmbeddedLake): ProductTable[] {
  const found = new Map<string, ProductTable>();
  for (const [variable, value] of handlers.flatMap(({ environment }) => Object.entries(environment))) {
    const table = lake.table(value);
    if (!table || (found.has(table.uri) && !(variable in ROLES))) continue;
    found.set(table.uri, { ...table, role: ROLES[variable] ?? TableRole.OTHER });
  }
  return [...found.values()].sort((left, right) => ORDER.indexOf(left.role) - ORDER.indexOf(right.role));
}
