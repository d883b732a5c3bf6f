/** One label matcher of a selector. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  /** The value between its quotes, as written. */
  readonly value: string;
}

export interface Selector {
  /** Empty when the selector has none. */
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** What follows the selector in the text, for instance ` == 1`. */
  readonly rest: string;
  /** The selector itself, as written. */
  readonly text: string;
}

const NAME = /[a-zA-Z_:][\w:]*/;
const WHOLE_NAME = new RegExp(`^${NAME.source}$`);
const METRIC = new RegExp(`^\\s*(${NAME.source})?\\s*`);
const MATCHER =
  /^\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)\s*(,|(?=\}))/;

/** Whether a selector can begin with the name. Others, such as OTLP's with dots, only go into quotes. */
export function isPlainName(name: string): boolean {
  return WHOLE_NAME.test(name);
}

/** Takes the vector selector at the beginning of a PromQL text apart; undefined when there is none. */
export function parseSelector(text: string): Selector | undefined {
  const name = METRIC.exec(text);
  const metric = name?.[1] ?? '';
  let position = name?.[0].length ?? 0;
  const matchers: Matcher[] = [];
  if (text[position] === '{') {
    position += 1;
    for (;;) {
      const match = MATCHER.exec(text.slice(position));
      if (match === null) break;
      const [whole, label = '', operator, quoted = ''] = match;
      matchers.push({ label, operator: operator as Matcher['operator'], value: quoted.slice(1, -1) });
      position += whole.length;
    }
    const close = /^\s*\}/.exec(text.slice(position));
    if (close === null) return undefined;
    position += close[0].length;
  } else if (metric === '' || text[position] === '(') {
    return undefined;
  }
  return { metric, matchers, rest: text.slice(position), text: text.slice(0, position).trim() };
}

/**
 * The selector of the scrapes behind a selector's series: whether each target could be scraped, how long that
 * took, and when its process started. Matchers on labels that only the metric itself has must not rule these
 * out, so that each also accepts that the label is absent.
 */
export function scrapesSelector(selector: string, jobs: readonly string[]): string {
  const names = '__name__=~"up|scrape_duration_seconds|process_start_time_seconds"';
  const job = `job=~"${jobs.map(quoteRegex).join('|')}"`;
  const others = (parseSelector(selector)?.matchers ?? []).flatMap(loosen);
  return `{${[names, job, ...others].join(',')}}`;
}

function loosen({ label, operator, value }: Matcher): readonly string[] {
  if (label === '__name__' || label === 'job' || value === '') return [];
  // What is quoted or escaped in the text would have to be taken apart first. Without it, more is selected.
  if (/["'`\\]/.test(value)) return [];
  if (operator === '=') return [`${label}=~"(?:${quoteRegex(value)})?"`];
  if (operator === '=~') return [`${label}=~"(?:${value})?"`];
  return [`${label}${operator}"${value}"`];
}

function quoteRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, (sign) => `\\\\${sign}`).replaceAll('"', '\\"');
}
