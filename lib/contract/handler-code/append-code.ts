import { fieldAccess } from './literal';
import { alias, type ListNode, type RowNode } from './row-plan';
import { variable } from './validation-code';
import { valueCheck } from './value-check';

/** Statements that write an accepted row into the buffers `c`, one entry or more for every leaf. */
export function appendFields(fields: readonly RowNode[]): string[] {
  return fields.flatMap((node) => {
    const name = variable(node);
    switch (node.kind) {
      case 'leaf':
        return node.required && node.property.required
          ? [`c[${node.leaf}].push(${name});`]
          : [
              `if (${name} === null) c[${node.leaf}].pushNull(${node.nullDefinition}); else c[${node.leaf}].push(${name});`,
            ];
      case 'struct':
        return [
          `if (${name}) {`,
          ...appendFields(node.fields),
          '} else {',
          ...nulls(node, node.nullDefinition),
          '}',
        ];
      case 'list':
        return [`const ${name}_ = ${name};`, ...appendList(node, `${name}_`, '0')];
    }
  });
}

/**
 * @param list variable that holds the array, or null
 * @param outer repetition level of the list's first entry: a number or a variable
 */
function appendList(node: ListNode, list: string, outer: string): string[] {
  const index = `e${node.id}`;
  const level = `r${node.id}`;
  return [
    `if (${list} == null) {`,
    ...nulls(node, node.nullDefinition, outer),
    `} else if (${list}.length === 0) {`,
    ...nulls(node, node.emptyDefinition, outer),
    '} else {',
    `let ${level} = ${outer};`,
    `for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {`,
    `const raw = ${list}[${index}];`,
    ...appendElement(node.element, level),
    `${level} = ${node.repetition};`,
    '}',
    '}',
  ];
}

/** Writes the value in `raw`, which validation has let pass, inside a list. */
function appendElement(node: RowNode, level: string): string[] {
  switch (node.kind) {
    case 'leaf': {
      const check = valueCheck(node);
      const column = `c[${node.leaf}]`;
      const asIs = check.asIs('raw');
      const value = asIs === undefined ? `${check.convert}(raw)` : `${asIs} ? raw : ${check.convert}(raw)`;
      return [
        `if (${level} !== 0) ${column}.repeat(${level});`,
        `if (raw == null) ${column}.pushNull(${node.nullDefinition}); else ${column}.push(${value});`,
      ];
    }
    case 'struct': {
      const record = `o${node.id}`;
      const fields = node.fields.flatMap((field) => {
        const other = alias(field.property);
        const lines = ['{', `let raw = ${fieldAccess(record, field.property.name)};`];
        if (other !== null) lines.push(`if (raw === undefined) raw = ${fieldAccess(record, other)};`);
        return [...lines, ...appendElement(field, level), '}'];
      });
      return [
        'if (raw == null) {',
        ...nulls(node, node.nullDefinition, level),
        '} else {',
        `const ${record} = raw;`,
        ...fields,
        '}',
      ];
    }
    case 'list': {
      const list = `x${node.id}`;
      return [`const ${list} = raw;`, ...appendList(node, list, level)];
    }
  }
}

/** One entry without a value in every leaf under a node. */
function nulls(node: RowNode, definition: number, level = '0'): string[] {
  return node.leaves.flatMap((leaf) => [
    ...(level === '0' ? [] : [`if (${level} !== 0) c[${leaf}].repeat(${level});`]),
    `c[${leaf}].pushNull(${definition});`,
  ]);
}
