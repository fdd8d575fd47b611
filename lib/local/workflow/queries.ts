import { createHash, randomUUID } from 'node:crypto';
import type { Json } from '../template/json';
import { StatesError } from './definition';

/** How to get the library that evaluates the expressions of a state machine. */
export const INSTALL_JSONATA = 'npm install --save-dev jsonata@2';

/** What an expression sees: `$states`, and the variables in scope. */
export interface Bindings {
  readonly [name: string]: unknown;
}

type Expression = ReturnType<typeof import('jsonata')>;

/** Evaluates JSONata as Step Functions does: texts in `{% … %}`, in place, anywhere in a value. */
export class Queries {
  private readonly compiled = new Map<string, Expression>();
  private jsonata?: typeof import('jsonata');

  constructor(private readonly now: () => number) {}

  /** @throws StatesError `States.QueryEvaluationError` for an expression that fails or gives nothing */
  async evaluate(value: Json | undefined, bindings: Bindings): Promise<Json> {
    if (typeof value === 'string') {
      const expression = /^\{%([\s\S]*)%\}$/.exec(value);
      return expression === null ? value : this.query(expression[1].trim(), bindings);
    }
    if (Array.isArray(value)) return Promise.all(value.map((item) => this.evaluate(item, bindings)));
    if (value !== null && typeof value === 'object') {
      const entries = Object.entries(value).map(
        async ([key, inner]) => [key, await this.evaluate(inner, bindings)] as const,
      );
      return Object.fromEntries(await Promise.all(entries));
    }
    return value ?? null;
  }

  private async query(text: string, bindings: Bindings): Promise<Json> {
    let result: unknown;
    try {
      const expression = await this.compile(text);
      result = await expression.evaluate(undefined, { ...this.functions(), ...bindings });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      throw new StatesError('States.QueryEvaluationError', `${code ?? ''} ${message} in ${text}`.trim());
    }
    if (result === undefined || typeof result === 'function') {
      throw new StatesError('States.QueryEvaluationError', `The expression gives no value: ${text}`);
    }
    // Sequences of the library carry properties of their own.
    return JSON.parse(JSON.stringify(result)) as Json;
  }

  private async compile(text: string): Promise<Expression> {
    const known = this.compiled.get(text);
    if (known !== undefined) return known;
    const jsonata = (this.jsonata ??= await loadJsonata());
    const expression = jsonata(text);
    this.compiled.set(text, expression);
    return expression;
  }

  /** What Step Functions adds to the language, and takes from it. */
  private functions(): Bindings {
    return {
      parse: (text: string) => JSON.parse(text) as unknown,
      uuid: () => randomUUID(),
      random: () => Math.random(),
      hash: (text: string, algorithm: string) =>
        createHash(algorithm.replace('-', '').toLowerCase()).update(text).digest('hex'),
      range: (from: number, to: number, step: number) =>
        Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step),
      partition: (list: unknown[], size: number) =>
        Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
          list.slice(index * size, (index + 1) * size),
        ),
      eval: () => {
        throw new Error('$eval is not there in Step Functions');
      },
      millis: () => this.now(),
      now: () => new Date(this.now()).toISOString(),
    };
  }
}

async function loadJsonata(): Promise<typeof import('jsonata')> {
  try {
    const module = (await import('jsonata')) as unknown as { readonly default?: typeof import('jsonata') };
    return module.default ?? (module as unknown as typeof import('jsonata'));
  } catch (error) {
    throw new Error(`State machines are run with JSONata, which is not installed: ${INSTALL_JSONATA}`, {
      cause: error,
    });
  }
}
