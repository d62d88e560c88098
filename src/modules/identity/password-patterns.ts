const SHORTEST_RUN = 3;

/** Alphabets, digits, and the rows and columns of keyboards. */
const LINES = [
  'abcdefghijklmnopqrstuvwxyz',
  'абвгдежзийклмнопрстуфхцчшщъыьэюя',
  'αβγδεζηθικλμνξοπρστυφχψω',
  '01234567890',
  'qwertyuiop',
  'qwertzuiopü',
  'azertyuiop',
  'asdfghjkl;',
  'asdfghjklöä',
  'qsdfghjklm',
  'zxcvbnm,./',
  'yxcvbnm,.-',
  'wxcvbn',
  '!@#$%^&*()',
  '!"§$%&/()=',
  'йцукенгшщзхъ',
  'фывапролджэ',
  'ячсмитьбю',
  ...[
    '1qaz',
    '2wsx',
    '3edc',
    '4rfv',
    '5tgb',
    '6yhn',
    '7ujm',
    '8ik,',
    '9ol.',
    '0p;/',
    '1qay',
    '2wsx',
  ],
].flatMap((line) => [line + line, [...(line + line)].reverse().join('')]);

/**
 * How many units a text has, when its shortest repeated part counts once, a character repeated three times or more
 * once, and a run along an alphabet or a keyboard once: `abcabcabcabc` has one, `aaaabbbbcccc` three.
 */
export function countUnits(text: string): number {
  const characters = [...periodOf([...text.toLowerCase()])];
  let units = 0;
  for (let at = 0; at < characters.length; units += 1) at += runAt(characters, at);
  return units;
}

/** The shortest part that, repeated, makes the text; the last time it may be cut. */
function periodOf(characters: string[]): string[] {
  for (let length = 1; length <= characters.length / 2; length += 1) {
    if (characters.every((each, at) => each === characters[at % length]))
      return characters.slice(0, length);
  }
  return characters;
}

/** How many characters from here are one unit. */
function runAt(characters: string[], at: number): number {
  const beginning = characters.slice(at, at + 2).join('');
  const lines = [characters[at]!.repeat(characters.length), ...LINES];
  let longest = 1;
  for (const line of lines.filter((each) => each.includes(beginning))) {
    const isRun = (length: number) => line.includes(characters.slice(at, at + length).join(''));
    while (at + longest < characters.length && isRun(longest + 1)) longest += 1;
  }
  return longest >= SHORTEST_RUN ? longest : 1;
}
