import type { ListedProduct, ProductEntry } from '../../contract/product';
import { documentOf } from './document';
import { grid } from './grid';
import { type Content, type Markup, html } from './markup';
import { tile } from './tile';

/** The products of a registry: who answers for each, where it is read, what it promises and what it is made of. */
export function productsPage(products: readonly ListedProduct[], problems: readonly string[]): string {
  const of = (count: number, one: string, many: string): Markup =>
    tile(String(count), count === 1 ? one : many);
  const domains = new Set(products.map(({ entry }) => entry.domain));
  const old = products.filter(({ superseded }) => superseded).length;
  return documentOf(
    'Data products',
    html`<header>
        <h1>Data products</h1>
        <p class="soft">An entry for each major version, from the data contracts.</p>
        <nav>${products.map(({ title }) => html`<a href="#${anchor(title)}">${title}</a>`)}</nav>
      </header>
      <div class="tiles">
        ${of(products.length, 'entry', 'entries')} ${of(domains.size, 'domain', 'domains')}
        ${of(old, 'superseded', 'superseded')}
        ${problems.length > 0 && tile(String(problems.length), 'to mend', true)}
      </div>
      ${
        problems.length > 0 &&
        html`<div class="card failure">
          <h3>To mend</h3>
          ${problems.map((problem) => html`<p>${problem}</p>`)}
        </div>`
      }
      ${products.map((product) => section(product, readersOf(product, products)))}`,
  );
}

/** `until 2027-06-30`, as far as the contract says when a product ends. */
export function endOf({ endOfLife, endOfSupport }: ProductEntry): string | undefined {
  const day = (text: string): string => text.replace(/T.*$/, '');
  if (endOfLife !== undefined) return `until ${day(endOfLife)}`;
  return endOfSupport === undefined ? undefined : `supported until ${day(endOfSupport)}`;
}

/** `latency 5 min` */
export function serviceLevelsOf({ serviceLevels }: ProductEntry): string[] {
  return serviceLevels.map(({ property, value }) => `${property} ${value}`);
}

function section({ entry, title, superseded, inputs }: ListedProduct, readers: readonly string[]): Markup {
  const end = endOf(entry);
  const facts: readonly (readonly [string, Content])[] = [
    [
      'Status',
      [entry.status, end !== undefined && `, ${end}`, superseded && ', superseded by a later version'],
    ],
    ['Owner', entry.owner ?? 'nobody'],
    [
      'Support',
      entry.support.map(
        ({ channel, url }) => html`<p>${url === undefined ? channel : `${channel}: ${url}`}</p>`,
      ),
    ],
    ['Promises', serviceLevelsOf(entry).map((level) => html`<p>${level}</p>`)],
    ['Quality gates', entry.qualityGates],
    ['Contract', html`<code>${entry.contract}</code>`],
    ['Environment', entry.environment],
    ['Account and region', `${entry.account} ${entry.region}`],
    [
      'Made of',
      inputs.map(
        ({ uri, product }) =>
          html`<p>${product !== undefined && html`${link(product)}, `}<code>${uri}</code></p>`,
      ),
    ],
    ['Read by', readers.map((reader) => html`<p>${link(reader)}</p>`)],
  ];
  return html`<section id="${anchor(title)}">
    <h2>${title}</h2>
    <p class="soft">${entry.purpose !== undefined && `${entry.purpose} `}Version ${entry.version}.</p>
    <div class="card">
      <h3>Output ports</h3>
      ${grid(
        ['Zone', 'Table', 'Location', 'Format', 'Schema'],
        entry.outputPorts.map(({ zone, table, location, format, schema, schemaHash }) => [
          zone,
          html`<code>${table}</code>`,
          html`<code>${location}</code>`,
          format,
          html`${schema} <code>${schemaHash}</code>`,
        ]),
      )}
    </div>
    <div class="card">
      ${grid(
        ['What', 'As the contract says'],
        facts.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
      )}
    </div>
  </section>`;
}

function readersOf({ title }: ListedProduct, products: readonly ListedProduct[]): string[] {
  return products
    .filter(({ inputs }) => inputs.some(({ product }) => product === title))
    .map((reader) => reader.title);
}

function link(title: string): Markup {
  return html`<a href="#${anchor(title)}">${title}</a>`;
}

function anchor(title: string): string {
  return title.replace(/[^A-Za-z0-9_.-]+/g, '-');
}
