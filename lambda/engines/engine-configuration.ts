/** The engine that runs the SQL, and what it needs. */
export type SqlEngineConfiguration =
  | { readonly name: 'athena'; readonly workgroup: string }
  | { readonly name: 'duckdb'; readonly memoryMiB: number }
  | {
      readonly name: 'emr';
      readonly application: string;
      readonly role: string;
      readonly script: string;
      readonly workspace: string;
      readonly settings: string;
    }
  | { readonly name: 'glue'; readonly job: string; readonly workspace: string };
