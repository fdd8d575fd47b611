// A nightly dump of a CRM: 15 columns, about 150 bytes a row, some fields quoted, some empty. The same seed gives the same
// bytes on every machine.
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomNumbers } from '../random-numbers.mjs';

const FIRST =
  'Ada Alan Barbara Claude Dennis Edsger Frances Grace Hedy Ivan Joan John Katherine Ken Margaret Niklaus'.split(
    ' ',
  );
const LAST =
  'Lovelace Turing Liskov Shannon Ritchie Dijkstra Allen Hopper Lamarr Sutherland Clarke Backus Johnson Thompson O’Neil Wirth'.split(
    ' ',
  );
const STREETS =
  'Mill Road,Station Road,Church Lane,Hauptstraße,Rue de la Paix,High Street,Park Avenue,Lindenweg'.split(
    ',',
  );
const CITIES =
  'London Paris Berlin Madrid Wien Zürich Porto Oslo Gdańsk Leeds Lyon Graz Bergen Sevilla Köln Basel'.split(
    ' ',
  );
const COUNTRIES = ['GB', 'FR', 'DE', 'ES', 'AT', 'CH', 'PT', 'NO', 'PL'];
const SEGMENTS = ['private', 'private', 'private', 'business', 'public', ''];
export const HEADER =
  'customer_id,first_name,last_name,email,street,city,postal_code,country,birth_date,segment,balance,orders,newsletter,created_at,updated_at';

/** 2026-11-30T00:00:00Z. */
const NIGHT = 1_796_000_000_000 - (1_796_000_000_000 % 86_400_000);
const DAY = 86_400_000;
const CHUNK = 10_000;

/** Yields rows without line break, in order of their key. */
export function* customers(count, seed = 42) {
  const random = randomNumbers(seed);
  const below = (limit) => Math.floor(random() * limit);
  const one = (list) => list[below(list.length)];
  const instant = (day) => new Date(NIGHT - day * DAY + below(DAY)).toISOString();
  for (let id = 1; id <= count; id++) {
    const [first, last] = [one(FIRST), one(LAST)];
    const email = random() < 0.9 ? `${first}.${last}${below(10_000)}@example.com`.toLowerCase() : '';
    const number = 1 + below(200);
    const street = `${number} ${one(STREETS)}`;
    const age = 18 * 365 + below(70 * 365);
    const created = 1 + below(3000);
    yield [
      1_000_000 + id * 7,
      first,
      last,
      email,
      // One in ten holds what has to be quoted.
      number % 10 === 0 ? `"${street}, ""Flat ${number}"""` : street,
      one(CITIES),
      String(below(100_000)).padStart(5, '0'),
      one(COUNTRIES),
      new Date(NIGHT - age * DAY).toISOString().slice(0, 10),
      one(SEGMENTS),
      (below(2_000_000) / 100 - 5000).toFixed(2),
      below(120),
      random() < 0.3,
      instant(created),
      instant(below(created)),
    ].join(',');
  }
}

export function writeDump(file, count, seed) {
  const to = openSync(file, 'w');
  let lines = [HEADER];
  for (const row of customers(count, seed)) {
    lines.push(row);
    if (lines.length < CHUNK) continue;
    writeSync(to, `${lines.join('\n')}\n`);
    lines = [];
  }
  if (lines.length > 0) writeSync(to, `${lines.join('\n')}\n`);
  closeSync(to);
}
