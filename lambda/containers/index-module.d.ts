/** The bundle beside this program, which imports it as it is. */
declare module '*/index.mjs' {
  export function handler(event: unknown, context?: unknown): Promise<unknown>;
}
