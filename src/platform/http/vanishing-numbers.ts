/** What a number that vanishes has: an exponent of three digits, or a long row of zeros. Other texts are not scanned. */
const MAY_VANISH = /[eE]-\d{3}|0{200}/;
/** Without its sign. */
const NUMBER = /(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BEGINS_A_NUMBER = new Set('0123456789');
const DIGIT_BEFORE_EXPONENT = /^[^eE]*[1-9]/;
const TOO_LARGE = '1e999';

/**
 * JSON.parse reads `1e-400` as 0, and nothing tells it from a 0 that was sent. Written as a number that is too large,
 * which is read as Infinity, it is refused where that is.
 */
export function exposeVanishing(json: string): string {
  if (!MAY_VANISH.test(json)) return json;
  let [exposed, copied] = ['', 0];
  for (const [at, number] of numbersOf(json)) {
    if (!vanishes(number)) continue;
    exposed += json.slice(copied, at) + TOO_LARGE;
    copied = at + number.length;
  }
  return exposed + json.slice(copied);
}

/** Those outside of strings, with their places. */
function* numbersOf(json: string): Generator<[at: number, number: string]> {
  for (let at = 0; at < json.length; at += 1) {
    if (json[at] === '"') at = endOfString(json, at);
    if (!BEGINS_A_NUMBER.has(json[at]!)) continue;
    NUMBER.lastIndex = at;
    const [number] = NUMBER.exec(json)!;
    yield [at, number];
    at += number.length - 1;
  }
}

function vanishes(number: string): boolean {
  return Number(number) === 0 && DIGIT_BEFORE_EXPONENT.test(number);
}

/** The closing quote of the string that begins here; the end of the text where it has none. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
