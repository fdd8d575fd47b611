import type { Json, JsonObject } from '../template/json';
import type { Clock } from './clock';
import { type StateMachineDefinition, StatesError } from './definition';
import { Interpreter, type InterpreterOptions, type Visit } from './interpreter';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution of a state machine on this machine. */
export class LocalExecution {
  status: ExecutionStatus = 'RUNNING';
  output?: Json;
  error?: string;
  cause?: string;
  readonly startDate: number;
  stopDate?: number;
  /** Settles when the execution has ended, whichever way. */
  readonly ended: Promise<void>;
  private readonly interpreter: Interpreter;
  private stop!: (end: StatesError) => void;

  constructor(
    readonly arn: string,
    readonly name: string,
    readonly stateMachineArn: string,
    readonly input: Json,
    definition: StateMachineDefinition,
    private readonly options: Omit<InterpreterOptions, 'context' | 'execution'> & { readonly clock: Clock },
    onEnd: (execution: LocalExecution) => void,
  ) {
    this.startDate = options.clock.now();
    this.interpreter = new Interpreter({
      ...options,
      execution: { executionArn: arn },
      context: this.context(),
    });
    this.ended = this.run(definition).then(() => onEnd(this));
  }

  /** States that were entered, in order. */
  get visits(): readonly Visit[] {
    return this.interpreter.visits;
  }

  /** Names of the states that were entered, in order. */
  get path(): string[] {
    return this.visits.map(({ state }) => state);
  }

  /** Stops it where it is, as somebody would in the console. */
  abort(): void {
    this.stop(new StatesError('ABORTED', 'Stopped'));
  }

  private async run(definition: StateMachineDefinition): Promise<void> {
    const { clock } = this.options;
    const stopped = new Promise<never>((_, reject) => (this.stop = reject));
    const limit = definition.TimeoutSeconds;
    const timeout = limit === undefined ? undefined : clock.sleep(limit * 1000);
    const late = timeout?.over.then(() =>
      this.stop(new StatesError('TIMED_OUT', `Longer than ${limit} seconds`)),
    );
    late?.catch(() => undefined);
    const result = this.interpreter.run(definition, this.input);
    result.catch(() => undefined);
    try {
      this.output = await Promise.race([result, stopped]);
      this.status = 'SUCCEEDED';
    } catch (error) {
      this.interpreter.halt();
      if (!(error instanceof StatesError)) throw error;
      const ended = error.error === 'ABORTED' || error.error === 'TIMED_OUT';
      this.status = ended ? (error.error as ExecutionStatus) : 'FAILED';
      if (!ended) this.error = error.error;
      if (!ended) this.cause = error.reason;
    } finally {
      timeout?.cancel();
      this.stopDate = clock.now();
    }
  }

  private context(): JsonObject {
    return {
      Execution: {
        Id: this.arn,
        Input: this.input,
        Name: this.name,
        RoleArn: '',
        StartTime: new Date(this.startDate).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: this.stateMachineArn, Name: this.stateMachineArn.split(':').at(-1)! },
    };
  }
}
