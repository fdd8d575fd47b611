/** What `lakehouse --help` says of a command, and how it is run. */
export interface Command {
  /** How it is called → what it does then. */
  readonly usages: { readonly [call: string]: string };
  /** An option with its value → what it is for. */
  readonly options: { readonly [option: string]: string };
  /** Loads what the command needs, no more: the CDK alone takes longer than a check of a contract. */
  readonly load: () => Promise<(args: string[]) => void | Promise<void>>;
}

export const COMMANDS: { readonly [name: string]: Command } = {
  run: {
    usages: {
      'lakehouse run': 'Run the example products on real data, into ./lakehouse-out',
      'lakehouse run --contract FILE --events FILE':
        "Run your own: one product, the contract's first schema object",
      'lakehouse run --contract FILE --files DIR':
        'The same, fed by the files of a directory, each taken in once',
    },
    options: {
      '--contract FILE': 'Data contract in YAML or JSON',
      '--events FILE': 'Events as NDJSON, JSON array, GeoJSON, CSV (with a header) or Parquet',
      '--files DIR':
        'Instead: files of these kinds (or gzipped); those with another header are refused whole',
      '--out DIR': 'Where tables, report.html and summary.json go (default: lakehouse-out)',
      '--transform FILE': 'Code of your own that every record goes through (TypeScript, or a bundled .mjs)',
      '--input-contract FILE': 'What records are to be before it',
      '--lookup NAME=FILE#FIELD':
        'JSON or NDJSON that stands in for a lookup, FIELD being the key; may be repeated',
      '--event-id FIELD': 'Take each event once: FIELD says which one a record is of (window: an hour)',
      '--full': 'Examples: the flights of half a year, 3 million rows, instead of 200,000',
    },
    load: async () => (await import('./run-command')).run,
  },
  serve: {
    usages: {
      'lakehouse serve': 'Listen on this machine for the webhooks of an app (cdk.out)',
    },
    options: {
      '--app DIR': 'Cloud assembly of the app (default: cdk.out)',
      '--out DIR': 'Where tables go (default: lakehouse-out)',
      '--port N': 'Port on the loopback interface, 0 for any that is free (default: 8080)',
      '--secret NAME=FILE':
        'File with the text of a secret, as the producer has it; may be repeated (default: one is made)',
    },
    load: async () => (await import('./serve-command')).serve,
  },
  validate: {
    usages: {
      'lakehouse validate CONTRACT...': 'Check data contracts (Open Data Contract Standard 3.0, 3.1)',
    },
    options: {},
    load: async () => (await import('./validate-command')).validate,
  },
  lock: {
    usages: {
      'lakehouse lock CONTRACT...': 'Record what readers rely on: later changes that break them are refused',
    },
    options: {
      '--allow-breaking': 'Record a contract that breaks readers of its tables as well',
    },
    load: async () => (await import('./lock-command')).lock,
  },
  types: {
    usages: {
      'lakehouse types --contract FILE': "Write TypeScript types of a contract's records, for transforms",
    },
    options: {
      '--schema NAME': 'Schema object of the contract (default: the first)',
      '--out FILE': 'Where they go, for example orders.types.d.ts (default: standard output)',
      '--check': 'Write nothing; fail when the file is not what would be written',
    },
    load: async () => (await import('./types-command')).types,
  },
  maintain: {
    usages: {
      'lakehouse maintain --out DIR':
        'Compact the tables of a directory, expire snapshots, remove orphaned files',
    },
    options: {
      '--out DIR': 'Directory of the tables, DIR/<zone>/<table>',
      '--keep-last N': 'Newest snapshots that stay whatever their age (default: 10)',
      '--older-than HOURS':
        'Age of what may go (default: snapshots 120, orphaned files 72 and never less than 1)',
      '--dry-run': 'Change nothing; count the orphaned files',
    },
    load: async () => (await import('./maintain-command')).maintain,
  },
  archive: {
    usages: {
      'lakehouse archive --table URI --older-than DAYS':
        'Tag the files of old partitions, for a lifecycle rule to move',
    },
    options: {
      '--table URI': 'Table on S3, glue://DATABASE/TABLE or s3://BUCKET/PREFIX; may be repeated',
      '--out DIR': 'Instead: say of the tables of a directory what would be archived',
      '--older-than DAYS': 'Age of a partition, counted from its end',
      '--dry-run': 'Change nothing; count the files',
    },
    load: async () => (await import('./archive-command')).archive,
  },
  restore: {
    usages: {
      'lakehouse restore --from URI --at TIME':
        'Bring objects of a bucket back to what they were, from its versions',
    },
    options: {
      '--from URI': 'A table, a zone or a bucket: s3://BUCKET/PREFIX',
      '--at TIME': 'State that is wanted back, for example 2026-11-30T10:00:00Z',
      '--exact': 'Also hide objects that came later (their versions stay)',
      '--dry-run': 'Change nothing; count what would be restored',
    },
    load: async () => (await import('./restore-command')).restore,
  },
  failover: {
    usages: {
      'lakehouse failover --out DIR': 'Bring up tables that were copied to a directory as the primary ones',
    },
    options: {
      '--out DIR': 'Directory of the copies, DIR/<zone>/<table>; the original may be gone',
      '--dry-run': 'Change nothing; say what would be restored, and what is lost',
    },
    load: async () => (await import('./failover-command')).failover,
  },
  pii: {
    usages: {
      'lakehouse pii --contract FILE --events FILE':
        'Look for personal data that the contract does not classify; 1 if there is some',
    },
    options: {
      '--records N': 'Records to look at (default: 10000)',
      '--json': 'Print the findings as JSON',
    },
    load: async () => (await import('./pii-command')).pii,
  },
  erase: {
    usages: {
      'lakehouse erase --out DIR --subject FIELD=VALUE':
        'Erase a data subject: rows, history and versions of files',
    },
    options: {
      '--out DIR': 'Directory of the tables, DIR/<zone>/<table>; the record of audit goes to DIR/erasures',
      '--table URI':
        'Instead: a table, glue://DATABASE/TABLE or s3://BUCKET/PREFIX; may be repeated, sources first',
      '--audit URI': 'With --table: where the record of audit goes, s3://BUCKET/PREFIX',
      '--subject FIELD=VALUE':
        'Column that tells the subject, and its value as it came; may be repeated: rows have to agree in all fields, and with one of the values of each',
      '--record-field COLUMN=NAME': "Field of the records in quarantine (default: the column's name)",
      '--unnamed': 'Take rejected records, too, that hold the values without a name',
      '--masking-key FILE':
        'Text of the secret that columns of silver were masked with (--out DIR: that of the run)',
      '--request ID':
        'Name of the request; give it again to go on with one that was interrupted (default: a new one)',
      '--requested-by N': 'Who asked for it, for the record (default: the user of this machine)',
      '--dry-run': 'Change nothing; count the rows',
    },
    load: async () => (await import('./erase-command')).erase,
  },
  detokenize: {
    usages: {
      'lakehouse detokenize TOKEN...': 'Turn tokens of masked columns back, for whoever has the key',
    },
    options: {
      '--key FILE': 'File that holds the text of the secret',
      '--out DIR': 'Or a directory that lakehouse run wrote to, with the key it made',
      '--type TYPE': 'Of the column: string, int, long, uuid (default: string)',
    },
    load: async () => (await import('./detokenize-command')).detokenize,
  },
  orphans: {
    usages: {
      'lakehouse orphans --region REGION':
        'Find what stacks, functions and tables left behind in an AWS account',
    },
    options: {
      '--region REGION': 'Region that is searched (default: AWS_REGION)',
      '--stack PREFIX': 'Only what stacks with such a name left behind',
      '--tag KEY': "Tag by which a lake's resources are known that no stack made (default: DataProduct)",
      '--json': 'As JSON, for a script',
      '--endpoint URL': 'Where an emulator answers',
    },
    load: async () => (await import('./orphans-command')).orphans,
  },
  lineage: {
    usages: {
      'lakehouse lineage --out DIR':
        'Print what leads to each table, and where what failed its gates came from',
    },
    options: {
      '--out DIR': 'Directory of a run; its events are in DIR/lineage',
      '--events DIR': "Instead: a directory of OpenLineage events, for example a copy of a bucket's folder",
      '--table NAME': 'One table only, for example silver.flights',
      '--upstream': 'What it is made of (default)',
      '--downstream': 'What is made of it',
    },
    load: async () => (await import('./lineage-command')).lineage,
  },
  products: {
    usages: {
      'lakehouse products': 'Show the data products of a registry: ports, owners, promises, lineage',
    },
    options: {
      '--app DIR': 'Cloud assembly the registry is read from (default: cdk.out)',
      '--region REGION': 'Instead: region of a deployed registry',
      '--path PATH': 'Path of the registry (default: /lakehouse/products)',
      '--html FILE': 'Write a page as well',
      '--json': 'Print the entries as JSON',
      '--endpoint URL': 'Where an emulator answers',
    },
    load: async () => (await import('./products-command')).products,
  },
  emulator: {
    usages: {
      'lakehouse emulator detach': 'Write a copy of cdk.out that an AWS emulator can deploy',
      'lakehouse emulator run --endpoint URL':
        'Run a stack deployed there: tables, then functions on its streams',
    },
    options: {
      '--app DIR': 'Cloud assembly (default: cdk.out); for run, the copy that detach wrote',
      '--out DIR': 'Where detach writes the copy (default: cdk.out.emulator)',
      '--endpoint URL': 'Where the emulator answers, for example http://127.0.0.1:5000',
      '--stack NAME': "Stack to run (default: the assembly's first)",
      '--region NAME': 'Region it was deployed to (default: us-east-1)',
      '--once': 'End when the streams have nothing new',
    },
    load: async () => (await import('./emulator-command')).emulator,
  },
};
