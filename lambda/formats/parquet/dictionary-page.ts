import type { Dictionary } from './columns/column-buffer';
import { Encoding, PageType } from './format';
import type { Page } from './page';

export function dictionaryPage(dictionary: Dictionary): Page {
  return {
    type: PageType.DICTIONARY_PAGE,
    count: dictionary.size,
    encoding: Encoding.PLAIN,
    body: dictionary.page,
  };
}
