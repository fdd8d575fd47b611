import type { _DataContractFields } from '../data-contract';
import { checkLock, type LockFile } from './check-lock';
import { described } from './document';
import { Fields } from './fields';
import { parseDocument } from './parse-document';
import { Problems } from './problems';
import { readContract } from './read-contract';

/**
 * Reads and checks a contract; throws the one error that lists all its problems.
 * @param lockFile gives what the contract's readers rely on: a change that breaks them is a problem.
 */
export function readText(text: string, fileName: string, lockFile?: LockFile): _DataContractFields {
  const problems = new Problems(fileName);
  const fields = read(text, problems, lockFile);
  if (problems.any || fields === undefined) throw problems.error();
  return fields;
}

function read(text: string, problems: Problems, lockFile?: LockFile): _DataContractFields | undefined {
  const whole = { line: 0, column: 0, path: '' };
  if (typeof text !== 'string') {
    problems.report(whole, `must be given as text, not as ${typeof text}.`);
    return undefined;
  }
  if (text.trim() === '') {
    problems.report(
      whole,
      'is empty: a data contract is a YAML or JSON object with apiVersion, kind, id, version and status.',
    );
    return undefined;
  }
  const document = parseDocument(text, problems);
  if (document === undefined) return undefined;
  if (document.kind !== 'map') {
    problems.report(
      document,
      `must be an object with apiVersion, kind, id, version and status, not ${described(document)}.`,
    );
    return undefined;
  }
  const contract = new Fields(document, problems);
  const fields = readContract(contract);
  // A contract that cannot be read says nothing certain about its columns.
  if (fields !== undefined && !problems.any && lockFile !== undefined) checkLock(contract, fields, lockFile);
  return fields;
}
