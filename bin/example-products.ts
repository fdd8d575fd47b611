import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DataContract } from '../lib/contract';
import type { FileInput, ProductInput } from '../lib/local';
import { CommandFailed } from './command-failed';
import { readContract } from './read-contract';
import type { GoldTable } from './reference-stack';
import { exampleContractFiles, exampleGold } from './reference-contracts';

interface Example {
  readonly events: string;
  /** Instead of `events`, where all there is is asked for. */
  readonly fullEvents?: string;
  readonly questions: ProductInput['questions'];
  /** File of the contract that the first half of the events comes under, in examples/evolution. */
  readonly before?: string;
}

/** What is run, and of which product the contract changes on the way. */
export interface ExampleProduct {
  readonly input: ProductInput | FileInput;
  readonly before?: DataContract;
  readonly gold: readonly GoldTable[];
}

/** What the files of vega-datasets are good for, by the name of their contract. */
const EXAMPLES: Record<string, Example> = {
  earthquakes: {
    events: 'earthquakes.json',
    questions: [
      {
        question: 'The strongest events of the week, and how deep they were',
        sql: `SELECT properties.mag AS magnitude, properties.place AS place, geometry.coordinates[3] AS depth_km,
       strftime(properties.time, '%Y-%m-%d %H:%M') AS utc
FROM bronze.earthquakes ORDER BY properties.mag DESC NULLS LAST, id LIMIT 5`,
      },
      {
        question: 'Which networks report most?',
        sql: `SELECT properties.net AS network, count(*) AS events, round(avg(properties.mag), 2) AS mean_magnitude,
       count(properties.felt) AS felt
FROM bronze.earthquakes GROUP BY 1 ORDER BY events DESC, network LIMIT 5`,
      },
    ],
  },
  flights: {
    events: 'flights-200k.json',
    fullEvents: 'flights-3m.parquet',
    before: 'flights-1.0.0.odcs.yaml',
    questions: [
      {
        question: 'Does a longer flight make up for its delay?',
        sql: `SELECT CASE WHEN distance < 500 THEN '< 500' WHEN distance < 1500 THEN '500 to 1500' ELSE '> 1500' END AS miles,
       count(*) AS flights, round(avg(delay), 1) AS mean_delay, quantile_disc(delay, 0.95) AS p95_delay
FROM bronze.flights GROUP BY 1 ORDER BY min(distance)`,
      },
      {
        question: 'What does the gold table say of it?',
        sql: 'SELECT miles_from, flights, late_flights, mean_delay_minutes, longest_delay_minutes FROM gold.delay_by_distance ORDER BY 1',
      },
      {
        question: 'At what time of day do delays build up?',
        sql: `SELECT hour, count(*) AS flights, round(avg(delay), 1) AS mean_delay
FROM (SELECT 3 * CAST(floor(coalesce(departure_hour, CAST(_extra ->> 'time' AS DOUBLE), extract(hour FROM departure)) / 3) AS INTEGER) AS hour, delay
      FROM bronze.flights) -- what the contract did not name at first is in _extra
GROUP BY 1 ORDER BY 1`,
      },
    ],
  },
  movies: {
    events: 'movies.json',
    questions: [
      {
        question: 'Which genres return most on a dollar of budget?',
        sql: `SELECT major_genre AS genre, count(*) AS films, round(sum(worldwide_gross) / sum(production_budget), 2) AS "return"
FROM bronze.movies WHERE worldwide_gross > 0 AND major_genre IS NOT NULL
GROUP BY 1 HAVING count(*) >= 20 ORDER BY "return" DESC LIMIT 5`,
      },
      {
        question: 'Why were films quarantined?',
        sql: `SELECT reason_code AS reason, reason_path AS field, count(*) AS films
FROM quarantine.movies GROUP BY ALL ORDER BY films DESC, reason, field`,
      },
    ],
  },
};

/**
 * The examples of this repository with the data they describe.
 * @param out directory of the run, which files that are to arrive are prepared in
 */
export function exampleProducts(out: string, full: boolean): ExampleProduct[] {
  const data = dataDirectory();
  const events = contractFiles()
    .map((file) => ({ file, example: EXAMPLES[basename(file, '.odcs.yaml')] }))
    .filter(({ example }) => example !== undefined)
    .map(({ file, example }) => ({
      input: {
        contract: readContract(file),
        events: join(data, full ? (example.fullEvents ?? example.events) : example.events),
        questions: example.questions,
      },
      ...(example.before !== undefined && {
        before: readContract(join(dirname(file), '..', 'evolution', example.before)),
      }),
      gold: exampleGold().filter(({ product }) => product === basename(file, '.odcs.yaml')),
    }));
  return [...events, weather(data, join(out, '.lakehouse', 'files'))];
}

/**
 * Weather that comes in files: four years as two of them, the first told of twice, and one that belongs elsewhere, whose
 * header is another.
 */
function weather(data: string, files: string): ExampleProduct {
  const [header, ...days] = readFileSync(join(data, 'seattle-weather.csv'), 'utf8').trimEnd().split('\n');
  mkdirSync(files, { recursive: true });
  for (const years of ['2012-2013', '2014-2015']) {
    const own = days.filter((day) => years.includes(day.slice(0, 4)));
    writeFileSync(join(files, `seattle-${years}.csv`), [header, ...own, ''].join('\n'));
  }
  const elsewhere = 'seattle-weather-hourly-normals.csv';
  copyFileSync(join(data, elsewhere), join(files, elsewhere));
  return {
    input: {
      contract: readContract(join(dirname(contractFiles()[0]), '..', 'nightly-files', 'weather.odcs.yaml')),
      files,
      repeats: true,
      questions: [
        {
          question: 'How wet is each year?',
          sql: `SELECT extract(year FROM date) AS year, count(*) AS days, round(sum(precipitation)) AS millimetres,
       count(*) FILTER (weather = 'sun') AS sunny_days
FROM silver.weather GROUP BY 1 ORDER BY 1`,
        },
      ],
    },
    gold: [],
  };
}

function contractFiles(): string[] {
  try {
    return exampleContractFiles();
  } catch {
    throw CommandFailed.usage(
      'The example contracts are in the repository, not in the package. For your own data: lakehouse run --contract FILE --events FILE',
    );
  }
}

/** vega-datasets exports code only; its data lies beside it. */
function dataDirectory(): string {
  try {
    let directory = dirname(require.resolve('vega-datasets'));
    while (!existsSync(join(directory, 'data')) && dirname(directory) !== directory)
      directory = dirname(directory);
    return join(directory, 'data');
  } catch {
    throw CommandFailed.usage(
      'The example data is not installed (npm install vega-datasets). For your own data: lakehouse run --contract FILE --events FILE',
    );
  }
}
