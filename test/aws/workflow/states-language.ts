import jsonata from 'jsonata';

/** What is wrong with a state machine by the rules of the Amazon States Language, as far as they are told apart here. */
export function languageProblems(machine: any, path = '', limits = true): string[] {
  const problems: string[] = [];
  const states: Record<string, any> = machine.States ?? {};
  const names = Object.keys(states);
  const report = (name: string, problem: string): void => void problems.push(`${path}${name}: ${problem}`);

  if (!(machine.StartAt in states)) report('StartAt', `${machine.StartAt} is no state`);
  for (const [name, state] of Object.entries(states)) {
    if (name.length > 80) report(name, 'has a name of more than 80 characters');
    const targets = nextOf(state);
    for (const target of targets)
      if (!names.includes(target)) report(name, `goes on to ${target}, which is no state`);
    const ends = ['Succeed', 'Fail'].includes(state.Type);
    const transitions = [state.Next !== undefined, state.End === true].filter(Boolean).length;
    if (state.Type === 'Choice') {
      if (transitions > 0) report(name, 'is a choice with Next or End');
      if (!(state.Choices?.length > 0)) report(name, 'is a choice without choices');
      if (state.Default === undefined) report(name, 'is a choice without a default');
    } else if (transitions !== (ends ? 0 : 1)) report(name, `has ${transitions} of Next and End`);
    for (const field of ['InputPath', 'OutputPath', 'ResultPath', 'Parameters', 'ResultSelector']) {
      if (field in state) report(name, `has ${field}, which JSONata does not`);
    }
    for (const field of ['Retry', 'Catch']) {
      if (field in state && !['Task', 'Parallel', 'Map'].includes(state.Type))
        report(name, `cannot have ${field}`);
      for (const [index, rule] of (state[field] ?? []).entries()) {
        if (!(rule.ErrorEquals?.length > 0)) report(name, `${field} without errors`);
        const all = rule.ErrorEquals.includes('States.ALL');
        if (all && (rule.ErrorEquals.length > 1 || index < state[field].length - 1)) {
          report(name, `${field} with States.ALL that is not alone and last`);
        }
      }
    }
    if (state.Type === 'Task' && state.Resource === undefined) report(name, 'is a task without a resource');
    for (const text of expressionsIn({ ...state, ItemProcessor: undefined, Branches: undefined })) {
      const problem = expressionProblem(text);
      if (problem !== undefined) report(name, problem);
    }
    const inner = [...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])];
    for (const one of inner) problems.push(...languageProblems(one, `${path}${name} / `, false));
  }
  for (const name of unreachable(machine, states)) report(name, 'is never reached');
  if (!names.some((name) => states[name].End || ['Succeed', 'Fail'].includes(states[name].Type))) {
    report('States', 'never end');
  }
  if (limits) {
    const all = namesOf(machine);
    const twice = all.filter((name, index) => all.indexOf(name) !== index);
    for (const name of twice) report(name, 'is the name of two states');
    if (Buffer.byteLength(JSON.stringify(machine)) > 1_048_576) report('', 'is larger than 1 MB');
  }
  return problems;
}

function nextOf(state: any): string[] {
  return [
    state.Next,
    state.Default,
    ...(state.Choices ?? []).map(({ Next }: any) => Next),
    ...(state.Catch ?? []).map(({ Next }: any) => Next),
  ].filter((name) => name !== undefined);
}

function unreachable(machine: any, states: Record<string, any>): string[] {
  const reached = new Set<string>();
  const open = [machine.StartAt];
  while (open.length > 0) {
    const name = open.pop()!;
    if (reached.has(name) || !(name in states)) continue;
    reached.add(name);
    open.push(...nextOf(states[name]));
  }
  return Object.keys(states).filter((name) => !reached.has(name));
}

function namesOf(machine: any): string[] {
  return Object.entries<any>(machine.States).flatMap(([name, state]) => [
    name,
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap(namesOf),
  ]);
}

function expressionsIn(value: any): string[] {
  if (typeof value === 'string') return value.includes('{%') ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(expressionsIn);
}

/** An expression fills its text from end to end, can be read, and uses nothing Step Functions lacks. */
function expressionProblem(text: string): string | undefined {
  const inner = /^\{%([\s\S]*)%\}$/.exec(text);
  if (inner === null) return `has more than an expression in ${text}`;
  if (inner[1].includes('{%')) return `has an expression in an expression: ${text}`;
  if (/\$(eval|now|millis)\b/.test(inner[1]))
    return `uses what is not there, or not alike on every retry: ${text}`;
  try {
    jsonata(inner[1]);
  } catch (error) {
    return `${(error as Error).message}: ${text}`;
  }
  return undefined;
}
