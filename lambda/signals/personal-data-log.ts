import type { Logger } from '@aws-lambda-powertools/logger';
import { toldName } from '../pipeline/drift/told-name';
import type { PersonalDataSighting } from '../pipeline/pii/personal-data-watch';

/** Columns a container remembers to have told of. Producers choose the names of unknown fields: there may be any number. */
const MAX_TOLD = 500;

/**
 * One line for each column and kind of personal data that the contract does not know of: a container tells it once, however
 * many batches repeat it. Lines hold names of columns and kinds, never values, and no shapes of them either.
 */
export class PersonalDataLog {
  private readonly told = new Set<string>();

  constructor(private readonly logger: Logger) {}

  batch({ looked, findings }: PersonalDataSighting): void {
    for (const { column, classification, inContract, kinds } of findings) {
      const path = inContract ? column : column.split('.').map(toldElement).join('.');
      const news = Object.keys(kinds).filter((kind) => !this.told.has(`${path} ${kind}`));
      if (news.length === 0 || this.told.size + news.length > MAX_TOLD) continue;
      for (const kind of news) this.told.add(`${path} ${kind}`);
      this.logger.warn('Personal data in a column that is not classified', {
        personalData: { column: path, classification, inContract, kinds: news },
        looked,
      });
    }
  }
}

/** A name that is data itself is not told; the brackets of a list are. */
function toldElement(name: string): string {
  const [, plain, brackets] = /^(.*?)((?:\[\])*)$/s.exec(name)!;
  return `${toldName(plain)}${brackets}`;
}
