/** What a permission is on. */
export interface GrantedResource {
  /** Same for the same thing. */
  readonly key: string;
  readonly database?: string;
  readonly table?: string;
  readonly columns?: string[];
  readonly filter?: string;
  readonly location?: string;
  readonly expression?: readonly { readonly TagKey: string; readonly TagValues: string[] }[];
  /** What the service changes: two changes of it at once are refused. */
  readonly changed: string;
}

/** Reads the parameter `Resource` of the API. */
export function grantedResource(resource: any): GrantedResource {
  const [kind] = Object.keys(resource);
  const value = resource[kind];
  switch (kind) {
    case 'Database': {
      return { key: `database ${value.Name}`, database: value.Name, changed: `database ${value.Name}` };
    }
    case 'Table': {
      const { DatabaseName: database, Name: table } = value;
      return table === undefined
        ? { key: `tables of ${database}`, database, changed: `database ${database}` }
        : { key: `table ${database}.${table}`, database, table, changed: `table ${database}.${table}` };
    }
    case 'TableWithColumns': {
      const { DatabaseName: database, Name: table, ColumnNames: columns } = value;
      const names = columns === undefined ? '' : ` ${columns.join(',')}`;
      return {
        key: `columns of ${database}.${table}${names}`,
        database,
        table,
        columns,
        changed: `table ${database}.${table}`,
      };
    }
    case 'DataCellsFilter': {
      const { DatabaseName: database, TableName: table, Name } = value;
      const filter = `${database}.${table}/${Name}`;
      return { key: `filter ${filter}`, database, table, filter, changed: `table ${database}.${table}` };
    }
    case 'DataLocation': {
      const { ResourceArn: location } = value;
      return { key: `location ${location}`, location, changed: `location ${location}` };
    }
    case 'LFTag': {
      const key = `tag ${value.TagKey}=${value.TagValues.join('|')}`;
      return { key, expression: [value], changed: `tag ${value.TagKey}` };
    }
    case 'LFTagPolicy': {
      const { Expression: expression, ResourceType } = value;
      const text = expression.map((one: any) => `${one.TagKey}=${one.TagValues.join('|')}`).join(' ');
      return { key: `${ResourceType} by ${text}`, expression, changed: `policy ${text}` };
    }
    default: {
      throw new Error(`No Resource of the API: ${JSON.stringify(resource)}`);
    }
  }
}

/** Another account or an organization. */
export function isExternal(principal: string): boolean {
  return /^\d{12}$/.test(principal) || /:organizations::/.test(principal);
}
